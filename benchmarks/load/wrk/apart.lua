-- The same request again and again, but never two alike at the same time. The arguments are the day in the path and days
-- to ask about in its place, in turn; a path without that day is asked under another name of the host each time.
dofile(os.getenv("WRK_REPORT"))

local days, number, template, has_day = {}, 0, nil, false

function init(args)
    local day = args[1]:gsub("%-", "%%-")
    has_day = wrk.path:find(day) ~= nil
    template = wrk.path:gsub("%%", "%%%%"):gsub(day, "%%s")
    for place = 2, #args do
        days[#days + 1] = args[place]
    end
end

function request()
    number = number + 1
    local path = template:format(days[number % #days + 1])
    if not has_day then
        wrk.headers["Host"] = "asked-" .. number .. ".localhost"
    end
    return wrk.format(nil, path)
end
