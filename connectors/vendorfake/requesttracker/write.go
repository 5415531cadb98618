package requesttracker

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// decode reads a JSON object from the body, or from the JSON part of a form
// whose Attachments parts are its files. A zero answer means it went well.
func (c *call) decode() (fields, []File, answer) {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "multipart/form-data" {
		return nil, nil, refuse(http.StatusUnsupportedMediaType, "Unsupported Media Type")
	}
	text, files := c.body, []File(nil)
	if kind == "multipart/form-data" {
		if text, files, err = parts(c.body, params["boundary"]); err != nil || text == nil {
			return nil, nil, refuse(http.StatusBadRequest, "JSON is a required field for multipart/form-data")
		}
	}
	if len(text) == 0 {
		return nil, nil, answer{Status: http.StatusInternalServerError} // as seen
	}
	var in any
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, nil, refuse(http.StatusBadRequest, "JSON parse error: "+err.Error()+"\n")
	}
	object, ok := in.(fields)
	if !ok {
		return nil, nil, refuse(http.StatusBadRequest, "JSON object must be a HASH")
	}
	return object, files, answer{}
}

// parts takes a form apart.
func parts(body []byte, boundary string) (text []byte, files []File, err error) {
	form, err := multipart.NewReader(strings.NewReader(string(body)), boundary).ReadForm(maxBody)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = form.RemoveAll() }()
	if len(form.Value["JSON"]) > 0 {
		text = []byte(form.Value["JSON"][0])
	}
	for _, head := range form.File["Attachments"] {
		content := make([]byte, head.Size)
		f, err := head.Open()
		if err != nil {
			return nil, nil, err
		}
		_, err = f.ReadAt(content, 0)
		_ = f.Close()
		if err != nil && head.Size > 0 {
			return nil, nil, err
		}
		files = append(files, File{Name: head.Filename, Type: head.Header.Get("Content-Type"), Content: content})
	}
	return text, files, nil
}

// filesOf reads the Attachments of a message. A problem is a sentence.
func filesOf(in fields) (files []File, problem string) {
	list, _ := in["Attachments"].([]any)
	for _, one := range list {
		a, _ := one.(fields)
		for _, name := range []string{"FileName", "FileType", "FileContent"} {
			if plain(a[name]) == "" {
				return nil, name + " is a required field for each attachment in Attachments"
			}
		}
		content, _ := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(plain(a["FileContent"])), ""))
		files = append(files, File{Name: plain(a["FileName"]), Type: plain(a["FileType"]), Content: content})
	}
	return files, ""
}

// message adds a reply or a comment. Who may name a ticket may reply to it,
// even without seeing it. A message has no ETag, so that If-Match with one is
// never true, also with the ticket's own (seen live on 5.0.3): a reply cannot
// be made conditional.
func (c *call) message(v []string) answer {
	t := c.target(v[0])
	if a, stop := c.preconditions(""); stop {
		return a
	}
	in, uploads, bad := c.decode()
	if bad.Status != 0 {
		return bad
	}
	files, problem := filesOf(in)
	content, kind := plain(in["Content"]), plain(in["ContentType"])
	switch {
	case problem != "":
		return refuse(http.StatusBadRequest, problem)
	case content != "" && kind == "":
		return refuse(http.StatusBadRequest, "ContentType is a required field for application/json")
	case t == nil:
		return refuse(http.StatusBadRequest, "Message could not be recorded")
	case v[1] == "comment" && !c.staff(), c.user.Access == NoRights:
		return refuse(http.StatusBadRequest, "Permission Denied")
	}
	tx := c.say(t, c.user.Name, v[1] == "comment", text{content, or(kind, "text/plain")}, append(files, uploads...), c.now())
	results := []string{"Correspondence added"}
	if v[1] == "comment" {
		results[0] = "Comments added"
	}
	results = append(results, c.putFields(t, in["CustomFields"])...)
	if status := plain(in["Status"]); status != "" {
		results = append(results, c.putStatus(t, status, true))
	}
	return answer{
		Status: http.StatusCreated, Body: results,
		Header: map[string]string{"Location": fmt.Sprintf("%s/transaction/%d", Base, tx.ID)},
	}
}

// createTicket makes a ticket. Custom fields that do not exist and values that
// a select does not have are dropped without a word, and so is a second look at
// whether the same ticket was made before.
func (c *call) createTicket([]string) answer {
	in, uploads, bad := c.decode()
	if bad.Status != 0 {
		return bad
	}
	queue := plain(in["Queue"])
	files, problem := filesOf(in)
	status := or(plain(in["Status"]), "new")
	switch {
	case queue == "":
		return refuse(http.StatusBadRequest, "Could not create ticket. Queue not set")
	case c.queueNamed(queue) == nil || c.user.Access == NoRights:
		return refuse(http.StatusForbidden, fmt.Sprintf("No permission to create tickets in the queue '%s'", queue))
	case problem != "":
		return refuse(http.StatusBadRequest, problem)
	case !valid(status):
		return refuse(http.StatusBadRequest, fmt.Sprintf("Status '%s' isn't a valid status for tickets in this queue.", status))
	}
	t := c.newTicket(queue, c.user.Name, c.now())
	t.Subject, t.Status = plain(in["Subject"]), status
	if active(status) {
		t.Started = t.Created
	}
	t.Requestor, t.Cc, t.AdminCc = c.logins(in["Requestor"]), c.logins(in["Cc"]), c.logins(in["AdminCc"])
	if owner := c.userNamed(plain(in["Owner"])); owner != nil && owner.Privileged {
		t.Owner = owner.Name
	}
	if n, err := parsePriority(in["Priority"]); err == nil {
		t.Priority = n
	}
	c.presetFields(t.Fields, in["CustomFields"], "RT::Queue-RT::Ticket")
	tx := c.record(transaction{ObjectType: onTicket, ObjectID: t.ID, Type: "Create", Creator: c.user.Name, Created: t.Created})
	c.attach(tx, t.Subject, text{plain(in["Content"]), or(plain(in["ContentType"]), "text/plain")}, append(files, uploads...))
	c.mailAfter(t, tx)
	return created(c, "ticket", t.ID)
}

func created(c *call, kind string, id int) answer {
	return answer{Status: http.StatusCreated, Body: c.stub(kind, id), Header: map[string]string{
		"Location": fmt.Sprintf("%s/%s/%d", Base, kind, id), "Content-Type": "application/json; charset=utf-8",
	}}
}

// logins reads one name or address, or several; unknown addresses become users.
func (c *call) logins(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []string
	for _, one := range list {
		for name := range strings.SplitSeq(plain(one), ",") {
			if name = strings.TrimSpace(name); name != "" && (c.userNamed(name) != nil || strings.Contains(name, "@")) {
				out = append(out, c.userOrNew(name).Name)
			}
		}
	}
	return out
}

// formValue reads a value of a form that came as a body.
func formValue(body []byte, name string) string {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return form.Get(name)
}
