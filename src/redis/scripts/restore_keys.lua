-- Writes copies of keys; only ever called on a private scratch server.
-- KEYS none
-- ARGV per key: name, expiry (epoch ms, 0 for none), DUMP
-- Returns the positions (from 1) of those that this server cannot read: written by a newer one.
local failed = {}
for i = 1, #ARGV, 3 do
  local done = redis.pcall('RESTORE', ARGV[i], ARGV[i + 1], ARGV[i + 2], 'REPLACE', 'ABSTTL')
  if type(done) == 'table' and done.err then failed[#failed + 1] = (i + 2) / 3 end
end
return failed
