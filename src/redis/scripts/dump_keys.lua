-- Reads keys as they are, for a copy of them elsewhere. Writes nothing.
-- KEYS none: job keys are derived (RQ does not run on a cluster either), ids may be any bytes
-- ARGV 1 bytes after which it stops, so that large jobs hold nobody up; 2.. keys, at most 1000
-- Returns for the first keys, at least one, {DUMP, PTTL} each, {} for one that does not exist.
local most, size, out = tonumber(ARGV[1]), 0, {}
for i = 2, #ARGV do
  local dump = redis.call('DUMP', ARGV[i])
  out[i - 1] = dump and { dump, redis.call('PTTL', ARGV[i]) } or {}
  size = size + (dump and #dump or 0)
  if size >= most then break end
end
return out
