-- Deletes a lock that is still ours.
-- KEYS 1 the lock
-- ARGV 1 our value
-- Returns 1 when deleted, 0 when it was not ours.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
