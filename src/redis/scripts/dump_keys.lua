-- Reads keys as they are, for a copy of them elsewhere. Writes nothing.
-- KEYS none: job keys are derived (RQ does not run on a cluster either), ids may be any bytes
-- ARGV keys, at most 1000
-- Returns per key {DUMP, PTTL}, {} for one that does not exist.
local out = {}
for i, key in ipairs(ARGV) do
  local dump = redis.call('DUMP', key)
  out[i] = dump and { dump, redis.call('PTTL', key) } or {}
end
return out
