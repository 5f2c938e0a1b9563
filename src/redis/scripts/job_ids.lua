-- Shared by the scripts that give jobs other ids (scripts.ts puts it behind fence.lua).

-- The four keys of a job that carry its id (rq/job.py, rq/results.py at 1.15.1 and 3.0).
local function keys_of(id)
  return { 'rq:job:' .. id, 'rq:results:' .. id, 'rq:job:' .. id .. ':dependents', 'rq:job::' .. id .. ':dependencies' }
end

-- In slices: a hash may have more fields than unpack() can push.
local function copy_hash(from, to)
  local flat = redis.call('HGETALL', from)
  for first = 1, #flat, 1000 do
    redis.call('HSET', to, unpack(flat, first, math.min(first + 999, #flat)))
  end
end

-- rename_job: gives a job another id. Where that has a hash already, the hash gets the fields of the old one.
local function rename_job(old, new)
  local from, to = keys_of(old), keys_of(new)
  for i = 1, #from do
    if redis.call('EXISTS', from[i]) == 1 and redis.call('RENAMENX', from[i], to[i]) == 0 and i == 1 then
      copy_hash(from[1], to[1])
      redis.call('DEL', from[1])
    end
  end
end
