-- Shared by every script that writes under a lock (scripts.ts puts it in front).
--
-- fence: the run lock must hold exactly our value (it contains the fencing token); anything else
--   means that another run took over. With legacy_key, rq:scheduler_lock must be ours or absent.
--   Absent means that nobody is in a pass (rq-scheduler <= 0.9.1 deletes the key without looking,
--   SEMANTICS section 7), so it is taken again; another value means that a scheduler is in its pass.
--   Both expiries are renewed. Returns nil, or an error reply `FENCED run` / `FENCED legacy`.
local function fence(run_key, run_value, run_ttl, legacy_key, legacy_value, legacy_ttl)
  if redis.call('GET', run_key) ~= run_value then return redis.error_reply('FENCED run') end
  if legacy_key then
    local held = redis.call('GET', legacy_key)
    if held and held ~= legacy_value then return redis.error_reply('FENCED legacy') end
    -- First of all writes: out of memory, Redis refuses a script's SET only as long as the script
    -- has written nothing, and afterwards lets it go on to its end.
    redis.call('SET', legacy_key, legacy_value, 'PX', legacy_ttl)
  end
  redis.call('PEXPIRE', run_key, run_ttl)
  return nil
end

local function type_of(key)
  return redis.call('TYPE', key).ok
end

-- An error reply that names the key, or nil when the key is absent or of the wanted type.
local function wrong_type(key, wanted)
  local kind = type_of(key)
  if kind == 'none' or kind == wanted then return nil end
  return redis.error_reply('WRONGTYPE ' .. key)
end
