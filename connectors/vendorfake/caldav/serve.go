package caldav

import (
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// serve signs in and finds what a request is about.
func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.URL.Path == "/.well-known/caldav" {
		http.Redirect(w, r, "/dav/", http.StatusMovedPermanently)
		return
	}
	if user, password, ok := r.BasicAuth(); !ok || user != f.o.User || password != f.password {
		w.Header().Set("WWW-Authenticate", `Basic realm="calendars"`)
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case parts[0] != "dav":
		http.NotFound(w, r)
	case len(parts) > 1 && parts[1] != f.o.User:
		http.Error(w, "Forbidden", http.StatusForbidden)
	case len(parts) < 3:
		f.folders(w, r, len(parts))
	case f.calendars[parts[2]] == nil:
		http.NotFound(w, r)
	case len(parts) == 3:
		f.collection(w, r, parts[2])
	default:
		f.object(w, r, f.calendars[parts[2]], parts[3])
	}
}

// folders answers for the root and for the home.
func (f *Fake) folders(w http.ResponseWriter, r *http.Request, depth int) {
	if r.Method != "PROPFIND" {
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	home := "/dav/" + f.o.User + "/"
	var a answer
	if depth == 1 {
		a.add("/dav/", "<d:current-user-principal><d:href>"+home+"</d:href></d:current-user-principal><d:resourcetype><d:collection/></d:resourcetype>")
	} else {
		a.add(home, "<d:displayname>"+f.o.User+"</d:displayname><c:calendar-home-set><d:href>"+home+"</d:href></c:calendar-home-set><d:resourcetype><d:principal/><d:collection/></d:resourcetype>")
		if r.Header.Get("Depth") == "1" {
			for _, folder := range slices.Sorted(maps.Keys(f.calendars)) {
				a.add(home+folder+"/", f.properties(f.calendars[folder]))
			}
		}
	}
	a.write(w, "")
}

// properties are those of a calendar.
func (f *Fake) properties(c *calendar) string {
	out := "<d:displayname>" + escape(c.name) + "</d:displayname><d:resourcetype><d:collection/><c:calendar/></d:resourcetype>" +
		`<c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set>` +
		"<s:getctag>" + c.token(c.last) + "</s:getctag><d:current-user-privilege-set><d:privilege><d:read/></d:privilege>"
	if !f.o.ReadOnly {
		out += "<d:privilege><d:write/></d:privilege>"
	}
	out += "</d:current-user-privilege-set><d:supported-report-set><d:supported-report><d:report><c:calendar-multiget/></d:report></d:supported-report>"
	if !f.o.NoSync {
		out += "<d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report>"
	}
	return out + "</d:supported-report-set>"
}

// query is any of the two reports.
type query struct {
	XMLName xml.Name
	Token   string   `xml:"DAV: sync-token"`
	Hrefs   []string `xml:"DAV: href"`
}

func (f *Fake) collection(w http.ResponseWriter, r *http.Request, folder string) {
	c, at := f.calendars[folder], "/dav/"+f.o.User+"/"+folder+"/"
	var a answer
	switch r.Method {
	case "PROPFIND":
		a.add(at, f.properties(c))
		if r.Header.Get("Depth") == "1" {
			for _, name := range slices.Sorted(maps.Keys(c.items)) {
				data := c.items[name]
				a.add(at+url.PathEscape(name), "<d:getetag>"+escape(etag(data))+"</d:getetag><d:resourcetype/>")
			}
		}
		a.write(w, "")
	case "REPORT":
		var q query
		if err := xml.NewDecoder(r.Body).Decode(&q); err != nil {
			http.Error(w, "Bad Request", http.StatusBadRequest)
			return
		}
		if q.XMLName.Local == "sync-collection" && !f.o.NoSync {
			f.sync(w, c, at, q.Token)
			return
		}
		for _, href := range q.Hrefs {
			plain, err := url.PathUnescape(href)
			data, ok := c.items[strings.TrimPrefix(plain, at)]
			ok = ok && err == nil
			if !ok {
				a.status(href, "404 Not Found")
				continue
			}
			a.add(href, "<d:getetag>"+escape(etag(data))+"</d:getetag><c:calendar-data>"+escape(data)+"</c:calendar-data>")
		}
		a.write(w, "")
	default:
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	}
}

// sync tells what changed (RFC 6578).
func (f *Fake) sync(w http.ResponseWriter, c *calendar, at, token string) {
	n, ok := c.number(token)
	if !ok {
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?><d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>`)
		return
	}
	var a answer
	told, upTo := 0, c.last
	for _, name := range c.since(n) {
		data, there := c.items[name]
		if !there && token == "" {
			continue
		}
		if told++; f.o.Cut > 0 && told > f.o.Cut {
			a.status(at, "507 Insufficient Storage")
			break
		}
		if f.o.Cut > 0 && told == f.o.Cut {
			upTo = c.moved[name]
		}
		if there {
			a.add(at+url.PathEscape(name), "<d:getetag>"+escape(etag(data))+"</d:getetag>")
		} else {
			a.status(at+url.PathEscape(name), "404 Not Found")
		}
	}
	if f.o.Cut == 0 || told <= f.o.Cut {
		upTo = c.last
	}
	a.write(w, c.token(upTo))
}

func (f *Fake) object(w http.ResponseWriter, r *http.Request, c *calendar, name string) {
	data, there := c.items[name]
	match := r.Header.Get("If-Match")
	switch {
	case (r.Method == http.MethodPut || r.Method == http.MethodDelete) && f.o.ReadOnly:
		http.Error(w, "Forbidden", http.StatusForbidden)
	case match != "" && (!there || match != etag(data)), r.Header.Get("If-None-Match") == "*" && there:
		http.Error(w, "Precondition Failed", http.StatusPreconditionFailed)
	case r.Method == http.MethodPut:
		body, err := io.ReadAll(r.Body)
		text := string(body)
		if err != nil || !strings.HasPrefix(text, "BEGIN:VCALENDAR") || !strings.HasSuffix(strings.TrimSpace(text), "END:VCALENDAR") {
			http.Error(w, "Bad Request", http.StatusBadRequest)
			return
		}
		c.put(name, text)
		w.Header().Set("ETag", etag(text))
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "Created\n")
	case !there:
		http.NotFound(w, r)
	case r.Method == http.MethodDelete:
		c.remove(name)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet:
		w.Header().Set("ETag", etag(data))
		w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		_, _ = io.WriteString(w, data)
	default:
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	}
}

// answer is a multistatus in the making.
type answer struct{ rows strings.Builder }

func (a *answer) add(href, props string) {
	a.rows.WriteString("<d:response><d:href>" + escape(href) + "</d:href><d:propstat><d:prop>" + props +
		"</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>\n")
}

func (a *answer) status(href, status string) {
	a.rows.WriteString("<d:response><d:href>" + escape(href) + "</d:href><d:status>HTTP/1.1 " + status + "</d:status></d:response>\n")
}

func (a *answer) write(w http.ResponseWriter, token string) {
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.WriteHeader(http.StatusMultiStatus)
	if token != "" {
		token = "<d:sync-token>" + escape(token) + "</d:sync-token>"
	}
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?>`+"\n"+
		`<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/">`+"\n"+a.rows.String()+token+"</d:multistatus>\n")
}

// escape makes a text safe within XML. What XML cannot hold stays as it is, as it
// does on servers that do not look.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
