-- Removes every trace of a canary that is not being executed right now.
-- KEYS 1 migrate-scheduler:lock, 2 rq:job:<id>, 3 rq:queue:<queue>, 4 rq:results:<id>,
--      5 rq:finished:<queue>, 6 rq:failed:<queue>, 7 rq:canceled:<queue>
-- ARGV 1 run lock value, 2 its expiry (ms), 3 job id
-- Returns 1, or 0 when a worker has it in hand: it expires by itself then.
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
if refused then return refused end
if redis.call('HGET', KEYS[2], 'status') == 'started' then return 0 end
redis.call('LREM', KEYS[3], 0, ARGV[3])
redis.call('DEL', KEYS[2], KEYS[4])
for i = 5, 7 do redis.call('ZREM', KEYS[i], ARGV[3]) end
return 1
