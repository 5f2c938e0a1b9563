-- Removes every trace of a canary that is not being executed right now.
-- KEYS 1 the lock, 2 rq:job:<id>, 3 rq:results:<id>, 4 migrate-scheduler:canaries, 5 rq:queue:<queue>,
--      6 rq:queue:<queue>:intermediate, 7 rq:scheduled:<queue>, 8.. rq:finished:, rq:failed:, rq:canceled:<queue>
-- ARGV 1 lock value, 2 its expiry (ms), 3 job id
-- Returns 1 when nothing is left; 0 when a worker has it in hand (RQ removes it a minute after its end); 2 when it was
-- still scheduled: a scheduler may have read its id a moment ago and that of rq 1.5 dies where it then finds no job,
-- so the hash is left for ten seconds. A second call removes it, and the job from the queue if it got there.
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
if refused then return refused end
if redis.call('HGET', KEYS[2], 'status') == 'started' then return 0 end
if redis.call('ZREM', KEYS[7], ARGV[3]) == 1 then
  redis.call('EXPIRE', KEYS[2], 10)
  return 2
end
for i = 5, 6 do redis.call('LREM', KEYS[i], 0, ARGV[3]) end
redis.call('DEL', KEYS[2], KEYS[3])
for i = 8, #KEYS do redis.call('ZREM', KEYS[i], ARGV[3]) end
redis.call('HDEL', KEYS[4], ARGV[3])
return 1
