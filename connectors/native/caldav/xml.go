package caldav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"portico/sync/fault"
)

// multistatus is an answer of WebDAV (RFC 4918, section 13).
type multistatus struct {
	XMLName   xml.Name      `xml:"DAV: multistatus"`
	Responses []davResponse `xml:"DAV: response"`
	Token     string        `xml:"DAV: sync-token"`
}

type davResponse struct {
	Hrefs     []string   `xml:"DAV: href"`
	Status    string     `xml:"DAV: status"`
	Propstats []propstat `xml:"DAV: propstat"`
}

type propstat struct {
	Status string `xml:"DAV: status"`
	Prop   prop   `xml:"DAV: prop"`
}

type prop struct {
	Name       string    `xml:"DAV: displayname"`
	ETag       string    `xml:"DAV: getetag"`
	Type       kinds     `xml:"DAV: resourcetype"`
	Principal  hrefs     `xml:"DAV: current-user-principal"`
	Home       hrefs     `xml:"urn:ietf:params:xml:ns:caldav calendar-home-set"`
	CTag       string    `xml:"http://calendarserver.org/ns/ getctag"`
	SyncToken  string    `xml:"DAV: sync-token"`
	Reports    []report  `xml:"DAV: supported-report-set>supported-report"`
	Privileges []kinds   `xml:"DAV: current-user-privilege-set>privilege"`
	Components []compRef `xml:"urn:ietf:params:xml:ns:caldav supported-calendar-component-set>comp"`
	Data       *string   `xml:"urn:ietf:params:xml:ns:caldav calendar-data"`
}

type hrefs struct {
	Href []string `xml:"DAV: href"`
}

type report struct {
	Report kinds `xml:"DAV: report"`
}

type compRef struct {
	Name string `xml:"name,attr"`
}

// kinds are the names of the elements within one.
type kinds struct {
	Any []struct{ XMLName xml.Name } `xml:",any"`
}

func (k kinds) has(name string) bool {
	for _, one := range k.Any {
		if one.XMLName.Local == name {
			return true
		}
	}
	return false
}

// code reads "HTTP/1.1 404 Not Found"; 0 when there is none.
func code(status string) int {
	parts := strings.Fields(status)
	if len(parts) < 2 {
		return 0
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil {
		return 0
	}
	return n
}

func (r davResponse) href() string {
	if len(r.Hrefs) == 0 {
		return ""
	}
	return strings.TrimSpace(r.Hrefs[0])
}

// found returns the properties that the server has.
func (r davResponse) found() (prop, bool) {
	for _, p := range r.Propstats {
		if c := code(p.Status); c == 200 || c == 0 {
			return p.Prop, true
		}
	}
	return prop{}, false
}

// decode reads a multistatus. A letter that XML or UTF-8 does not know becomes
// U+FFFD first, so that one bad event does not spoil the page that it is on.
func decode(body []byte) (multistatus, error) {
	var out multistatus
	d := xml.NewDecoder(bytes.NewReader(bytes.Map(legal, body)))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("it is in %.40q and not in UTF-8", charset)
	}
	if err := d.Decode(&out); err != nil {
		return out, broken(err)
	}
	for { // the end of the document must have come
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if _, more := t.(xml.StartElement); more {
			err = errors.New("something follows the answer")
		}
		if err != nil {
			return out, broken(err)
		}
	}
}

func legal(r rune) rune {
	if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
		return utf8.RuneError
	}
	return r
}

func broken(cause error) error {
	return fault.New(fault.Broken, "The calendar server's answer does not have the expected shape; nothing of it is used.").Because("read WebDAV answer", cause)
}

const (
	head       = `<?xml version="1.0" encoding="utf-8"?>`
	namespaces = ` xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"`
)

func propfind(props string) []byte {
	return []byte(head + `<d:propfind` + namespaces + `><d:prop>` + props + `</d:prop></d:propfind>`)
}

// syncCollection asks for what changed since a token, all when it is "".
func syncCollection(token string) []byte {
	return []byte(head + `<d:sync-collection` + namespaces + `><d:sync-token>` + html.EscapeString(token) +
		`</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>`)
}

func multiget(list []string) []byte {
	var b strings.Builder
	b.WriteString(head + `<c:calendar-multiget` + namespaces + `><d:prop><d:getetag/><c:calendar-data/></d:prop>`)
	for _, href := range list {
		b.WriteString(`<d:href>` + html.EscapeString(href) + `</d:href>`)
	}
	b.WriteString(`</c:calendar-multiget>`)
	return []byte(b.String())
}
