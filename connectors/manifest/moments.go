package manifest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment reads a time that a system writes in a way of its own: seconds (unix) or
// milliseconds (unix_ms) since the epoch, as a number or text; a date; the
// "/Date(1700000000000+0200)/" of old .NET (dotnet); or a Go layout. A text that
// names no zone is in the one given, else in UTC. Nothing and "" are nothing.
func moment(args ...any) (any, error) {
	text, err := momentText(args[0])
	if err != nil || text == "" {
		return nil, err
	}
	zone := time.UTC
	if len(args) > 2 {
		if zone, err = time.LoadLocation(args[2].(string)); err != nil {
			return nil, fmt.Errorf("the time zone %q is not known", args[2])
		}
	}
	switch form := args[1].(string); form {
	case formUnix:
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || seconds < -endOfSeconds || seconds > endOfSeconds {
			return nil, fmt.Errorf("%.40q is not a number of seconds", text)
		}
		return time.UnixMilli(int64(seconds * 1000)).UTC(), nil
	case formUnixMS, "dotnet":
		return milliseconds(text)
	case formRFC3339:
		return time.Parse(time.RFC3339Nano, text)
	case formDate:
		return time.ParseInLocation(time.DateOnly, text, zone)
	default:
		return time.ParseInLocation(form, text, zone)
	}
}

// Moment reads a time that a system writes in one of the forms that the function
// moment knows. A text without a time is an error.
func Moment(text, form string) (time.Time, error) {
	out, err := moment(text, form)
	if err != nil {
		return time.Time{}, err
	}
	at, ok := out.(time.Time)
	if !ok {
		return time.Time{}, fmt.Errorf("%.40q is not a time", text)
	}
	return at, nil
}

// endOfSeconds is the year 10000, which no system means.
const endOfSeconds = 253402300800

func milliseconds(text string) (any, error) {
	digits := strings.TrimSuffix(strings.TrimPrefix(text, "/Date("), ")/")
	if at := strings.LastIndexAny(digits, "+-"); at > 0 {
		digits = digits[:at] // the zone is only for showing it
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < -endOfSeconds*1000 || n > endOfSeconds*1000 {
		return nil, fmt.Errorf("%.40q is not a number of milliseconds", text)
	}
	return time.UnixMilli(n).UTC(), nil
}

func momentText(v any) (string, error) {
	switch t := v.(type) {
	case nil:
		return "", nil
	case string:
		return strings.TrimSpace(t), nil
	case int:
		return strconv.Itoa(t), nil
	case float64:
		return strconv.FormatFloat(t, 'f', -1, 64), nil
	case json.Number:
		return t.String(), nil
	default:
		return "", fmt.Errorf("%T is not a time", v)
	}
}
