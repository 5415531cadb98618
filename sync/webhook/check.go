package webhook

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"portico/sync/delivery"
	"portico/sync/fault"
)

// Check refuses an endpoint that cannot work (fault.Invalid, by field): an
// address that is none or not https, a type that does not exist, a header that
// is ours. plain lists the host:port pairs that may be plain http, because the
// operator allows them by name. Whether the address may be dialled is decided
// at each attempt, after its name was resolved.
func Check(e delivery.Endpoint, headers map[string]string, plain []string) error {
	problem := fault.New(fault.Invalid, "The endpoint cannot be set up like this.")
	if why := badURL(e.URL, plain); why != "" {
		problem.Field("url", why)
	}
	if len(e.Types) == 0 {
		problem.Field("types", "Name at least one type of message.")
	}
	for _, t := range e.Types {
		if !slices.Contains(delivery.Types(), t) {
			problem.Field("types", string(t)+" is not a type of message. `portico webhook types` lists them.")
		}
	}
	if e.Rate < 1 || e.Rate > delivery.MaxRate {
		problem.Field("rate", "Between 1 and 1000 messages a second.")
	}
	if len(e.Description) > 200 {
		problem.Field("description", "At most 200 characters.")
	}
	for name, value := range headers {
		if why := badHeader(name, value); why != "" {
			problem.Field("header "+name, why)
		}
	}
	if len(problem.Fields) == 0 {
		return nil
	}
	return problem
}

func badURL(text string, plain []string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "" || (u.Scheme != "https" && u.Scheme != "http"):
		return "This is not a web address (https://…)."
	case u.User != nil:
		return "Put no name or password into the address; use a header."
	case u.Fragment != "":
		return "A receiver never sees what follows #."
	case u.Scheme == "http" && !slices.Contains(plain, target(u)):
		return "Use https://. Plain http is only for addresses that the configuration allows (webhooks.allow)."
	case len(text) > 2000:
		return "At most 2000 characters."
	default:
		return ""
	}
}

func target(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "80"
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}

// ours are headers that the owner of an endpoint may not set: they are made
// here, or they steer the connection.
var ours = []string{"Content-Type", "Content-Length", "User-Agent", "Host", "Connection", "Transfer-Encoding", "Trailer", "Te", "Upgrade",
	"Keep-Alive", "Expect", "Accept-Encoding", "Proxy-Authorization", "Proxy-Connection"}

func badHeader(name, value string) string {
	canonical := http.CanonicalHeaderKey(name)
	switch {
	case !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value):
		return "This cannot be sent as a header."
	case slices.Contains(ours, canonical) || strings.HasPrefix(canonical, "Webhook-"):
		return "Portico sets this header itself."
	case len(name)+len(value) > 4000:
		return "At most 4000 characters."
	default:
		return ""
	}
}
