-- The same request again and again, but never two alike at the same time. The arguments are the day in the path and days
-- to ask about in its place, in turn; a path without that day is asked under another name of the host each time.
dofile(os.getenv("WRK_REPORT"))

local days, number, template = {}, 0, nil

function init(args)
    template = wrk.path:gsub("%%", "%%%%"):gsub(args[1]:gsub("%-", "%%-"), "%%s")
    for place = 2, #args do
        days[#days + 1] = args[place]
    end
end

function request()
    number = number + 1
    local path = template:format(days[number % #days + 1])
    if path == wrk.path then
        wrk.headers["Host"] = "asked-" .. number .. ".localhost"
    end
    return wrk.format(nil, path)
end
