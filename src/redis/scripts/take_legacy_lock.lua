-- Takes rq:scheduler_lock when it is free, ours, or left behind by a former run of this tool
-- (holding the run lock proves that the former run is dead).
-- KEYS 1 migrate-scheduler:lock, 2 rq:scheduler_lock
-- ARGV 1 run lock value, 2 run lock expiry (ms), 3 our legacy lock value, 4 its expiry (ms),
--      5 prefix of this tool's values
-- Returns {1} when taken, {0, holder's value, its PTTL} while a scheduler is in its pass.
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
if refused then return refused end
local held = redis.call('GET', KEYS[2])
if held and string.sub(held, 1, #ARGV[5]) ~= ARGV[5] then
  return { 0, held, redis.call('PTTL', KEYS[2]) }
end
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
return { 1 }
