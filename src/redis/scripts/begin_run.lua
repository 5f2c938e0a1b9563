-- Marks a run as under way, before its first effect; repeating it is harmless.
-- KEYS 1 migrate-scheduler:lock, 2 migrate-scheduler:run:<runId>, 3 migrate-scheduler:current,
--      4 migrate-scheduler:runs
-- ARGV 1 run lock value, 2 its expiry (ms), 3 runId, 4 applying | rolling-back,
--      5 now (epoch seconds), 6 tool and version
-- Returns {'begun'}, {'resumed'}, {'unfinished', other runId}, {'state', state that forbids it}
--   or {'unknown'} (a rollback of a run that this database never saw).
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
if refused then return refused end
local current = redis.call('GET', KEYS[3])
if current and current ~= ARGV[3] then return { 'unfinished', current } end

local state = redis.call('HGET', KEYS[2], 'state')
if ARGV[4] == 'applying' then
  if state and state ~= 'applying' then return { 'state', state } end
  if not state then
    redis.call('HSET', KEYS[2], 'state', 'applying', 'createdAt', ARGV[5], 'tool', ARGV[6])
    redis.call('ZADD', KEYS[4], ARGV[5], ARGV[3])
  end
else
  if not state then return { 'unknown' } end
  if state == 'rolled-back' then return { 'state', state } end
  if state ~= 'rolling-back' then
    redis.call('HSET', KEYS[2], 'state', 'rolling-back', 'rollbackAt', ARGV[5])
  end
end
redis.call('SET', KEYS[3], ARGV[3])
return { state == ARGV[4] and 'resumed' or 'begun' }
