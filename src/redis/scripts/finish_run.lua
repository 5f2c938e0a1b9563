-- Ends a run: applying becomes applied, rolling-back becomes rolled-back. Idempotent.
-- KEYS 1 migrate-scheduler:lock, 2 migrate-scheduler:run:<runId>, 3 migrate-scheduler:current
-- ARGV 1 run lock value, 2 its expiry (ms), 3 runId, 4 now (epoch seconds)
-- Returns the state it has now, '' for a run that does not exist.
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
if refused then return refused end
local state = redis.call('HGET', KEYS[2], 'state')
if not state then return '' end
local ended = { applying = 'applied', ['rolling-back'] = 'rolled-back' }
if ended[state] then
  state = ended[state]
  redis.call('HSET', KEYS[2], 'state', state, 'endedAt', ARGV[4])
end
if redis.call('GET', KEYS[3]) == ARGV[3] then redis.call('DEL', KEYS[3]) end
return state
