-- Says where these jobs are now, lists searched as well. Writes nothing.
-- ARGV queue and id of each, at most 250
-- Returns per job {state, status} as job_state.lua has it.
local out = {}
for i = 1, #ARGV, 2 do
  local state, status = job_state(ARGV[i], ARGV[i + 1], true)
  out[#out + 1] = { state, status }
end
return out
