-- The same request again and again, each to another name of the host: no answer can serve several.
dofile(os.getenv("WRK_REPORT"))

local number = 0

function request()
    number = number + 1
    wrk.headers["Host"] = "asked-" .. number .. ".localhost"
    return wrk.format()
end
