-- Looks at canaries and renews the lock under which they were made.
-- KEYS 1 the lock, 2.. rq:job:<id>
-- ARGV 1 lock value, 2 its expiry (ms)
-- Returns {seconds, microseconds, {{status, enqueued_at, started_at}, ...}}: Redis's clock and the states in order.
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
if refused then return refused end
local clock = redis.call('TIME')
local states = {}
for i = 2, #KEYS do
  states[#states + 1] = redis.call('HMGET', KEYS[i], 'status', 'enqueued_at', 'started_at')
end
return { clock[1], clock[2], states }
