package ui

import (
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// poll makes a progress ask for itself again; an answer without news is empty.
func poll(p Progress) templ.Attributes {
	if !p.Moving() || p.Self == "" {
		return nil
	}
	return templ.Attributes{
		"hx-get":     p.Self + "?seen=" + url.QueryEscape(p.Seen()),
		"hx-trigger": "every " + strconv.Itoa(int(p.Every()/time.Second)) + "s",
		"hx-swap":    "outerHTML",
	}
}

func currentStep(s step) templ.Attributes {
	switch s.State {
	case "now", "wait", "stop":
		return templ.Attributes{"aria-current": "step"}
	default:
		return nil
	}
}

// described ties a field to its hint and its mistake.
func described(f Field) templ.Attributes {
	ids := ""
	if f.Hint != "" || f.Max > 0 {
		ids = f.ID + "-hint"
	}
	attrs := templ.Attributes{}
	if f.Error != "" {
		if ids != "" {
			ids += " "
		}
		ids += f.ID + "-error"
		attrs["aria-invalid"] = "true"
	}
	if ids != "" {
		attrs["aria-describedby"] = ids
	}
	if f.Required {
		attrs["required"] = true
	}
	if f.Auto != "" {
		attrs["autocomplete"] = f.Auto
	}
	return attrs
}

// limited tells the script how many characters fit.
func limited(f Field) templ.Attributes {
	if f.Max == 0 {
		return nil
	}
	return templ.Attributes{"data-limit": strconv.Itoa(f.Max)}
}
