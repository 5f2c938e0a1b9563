-- Renews the locks; fails when one was lost.
-- KEYS 1 migrate-scheduler:lock [, 2 rq:scheduler_lock]
-- ARGV 1 run lock value, 2 its expiry (ms) [, 3 legacy lock value, 4 its expiry (ms)]
-- Returns 1, or an error FENCED run | FENCED legacy.
-- The run lock alone first: PEXPIRE works without memory, and SET does after it (see fence).
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
if not refused and KEYS[2] then
  refused = fence(KEYS[1], ARGV[1], ARGV[2], KEYS[2], ARGV[3], ARGV[4])
end
return refused or 1
