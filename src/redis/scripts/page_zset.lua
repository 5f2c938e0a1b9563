-- One page of a sorted set after a given entry, in the set's own order (score, then member).
-- Finding the place by value and not by offset keeps the page right while other clients add
-- and remove entries; a place inside a run of equal scores is found by bisection. Writes nothing.
-- KEYS 1 the sorted set
-- ARGV 1 count [, 2 score and 3 member of the last entry read]
-- Returns {member, score, member, score, ...}, at most count pairs.
local function less(a, b)
  -- Lua's < on strings follows the locale; Redis orders members by their bytes.
  local n = math.min(#a, #b)
  for i = 1, n do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local count = tonumber(ARGV[1])
local start = 0
if ARGV[2] then
  local low = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[2])
  local high = redis.call('ZCOUNT', KEYS[1], '-inf', ARGV[2])
  while low < high do
    local middle = math.floor((low + high) / 2)
    local member = redis.call('ZRANGE', KEYS[1], middle, middle)[1]
    if less(ARGV[3], member) then high = middle else low = middle + 1 end
  end
  start = low
end
return redis.call('ZRANGE', KEYS[1], start, start + count - 1, 'WITHSCORES')
