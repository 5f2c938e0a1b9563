-- Takes over the run lock of a dead run.
-- KEYS 1 migrate-scheduler:lock
-- ARGV 1 the value seen, 2 our value, 3 expiry (ms)
-- Returns 1 when taken, 0 when the lock changed meanwhile.
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
