package caldav

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// How an event names the client companies that it concerns.
const (
	byCategory = "category of the event"
	byCalendar = "calendar"
	byAttendee = "mail domain of the people invited"
)

var fields = []remote.Field{
	{Name: "url", Label: "Address of the calendars", Type: remote.URLField, Required: true,
		Help: "The CalDAV address of the server or of the user, for example https://cloud.example.com/remote.php/dav. The rest is found from there."},
	{Name: "user", Label: "User", Type: remote.TextField, Required: true,
		Help: "A user of its own for the portal, with whom the calendars are shared."},
	{Name: "password", Label: "Password", Type: remote.SecretField, Required: true,
		Help: "Where the server knows app passwords, use one of those."},
	{Name: "calendars", Label: "Calendars", Type: remote.TextField,
		Help: "The names of the calendars that clients may see, separated by commas. Empty means all that the user can see."},
	{Name: "clients", Label: "The client is named by", Type: remote.ChoiceField, Default: byCategory,
		Choices: []string{byCategory, byCalendar, byAttendee},
		Help:    "An event that names several clients is shown to each of them, and to nobody else."},
	{Name: "prefix", Label: "Categories of clients begin with", Type: remote.TextField,
		Help: "If only some categories name clients, what those begin with, for example “Client:”. Empty means that every category does."},
	{Name: "own_domains", Label: "Your own mail domains", Type: remote.TextField,
		Help: "Separated by commas; people invited from these are yours and no client."},
	{Name: "zone", Label: "Time zone of times without one", Type: remote.TextField, Default: "UTC",
		Help: "For events that name no time zone, for example Europe/Berlin."},
}

// settings are those of one connection, read.
type settings struct {
	url, user string
	calendars []string // names, as written; none means all
	clients   string
	prefix    string
	own       []string // domains, lower case
	zone      *time.Location
}

func readSettings(values map[string]string) (settings, error) {
	s := settings{
		url: strings.TrimSpace(values["url"]), user: values["user"], calendars: words(values["calendars"]),
		clients: values["clients"], prefix: strings.TrimSpace(values["prefix"]),
	}
	for _, f := range []string{"url", "user"} {
		if values[f] == "" {
			return s, fault.New(fault.Setup, "Address and user are needed; fill them in.").Field(f, "This is needed.")
		}
	}
	if s.clients == "" {
		s.clients = byCategory
	}
	for _, d := range words(values["own_domains"]) {
		s.own = append(s.own, strings.ToLower(strings.TrimPrefix(d, "@")))
	}
	name := strings.TrimSpace(values["zone"])
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return s, fault.Newf(fault.Setup, "There is no time zone %q; it is written like Europe/Berlin.", name).Field("zone", "There is no such time zone.")
	}
	s.zone = zone
	return s, nil
}

func words(list string) []string {
	var out []string
	for w := range strings.SplitSeq(list, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// print changes whenever the settings would make other records of the same events.
func (s settings) print() string {
	own := slices.Clone(s.own)
	slices.Sort(own)
	return digest(fmt.Sprint("1 ", s.clients, "\x00", s.prefix, "\x00", own, "\x00", s.zone))
}

// digest is a short name of a text: 64 bits of SHA-256 in hex.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
