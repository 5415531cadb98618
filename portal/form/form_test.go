package form_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"portico/portal/form"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

type input struct {
	Subject string    `form:"subject" validate:"required,max=20"`
	Text    string    `form:"text,body" validate:"max=1000"`
	Secret  string    `form:"secret,exact"`
	Urgent  bool      `form:"urgent"`
	Count   int       `form:"count"`
	Tags    []string  `form:"tags"`
	ID      record.ID `form:"id"`
	Role    string    // no tag: nobody sets it
	Owner   string    `form:"-"`
}

func post(body string) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestDecodeReadsOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	id := record.NewID()
	body := url.Values{
		"subject": {"  VPN\u00a0", "second"}, "text": {"  one\r\ntwo\rthree \x1b[31m\x00"}, "secret": {" \r\n\x01é "}, "urgent": {"on"}, "count": {"-7"},
		"tags": {" a ", "b"}, "id": {id.String()}, "Role": {"owner"}, "role": {"owner"}, "Owner": {"me"}, "-": {"me"}, "unknown": {"x"},
	}.Encode()
	var in input
	if err := form.Decode(httptest.NewRecorder(), post(body), &in); err != nil {
		t.Fatal(err)
	}
	want := input{Subject: "VPN", Text: "  one\ntwo\nthree [31m", Secret: " \r\n\x01é ", Urgent: true, Count: -7, Tags: []string{"a", "b"}, ID: id}
	if !reflect.DeepEqual(in, want) {
		t.Errorf("got  %+v\nwant %+v", in, want)
	}
}

func TestDecodeNamesEveryWrongField(t *testing.T) {
	t.Parallel()
	body := url.Values{"subject": {strings.Repeat("ä", 21)}, "count": {"many"}, "urgent": {"maybe"}, "id": {"../../etc"}, "text": {"kept"}, "tags": make([]string, 201)}.Encode()
	var in input
	err := form.Decode(httptest.NewRecorder(), post(body), &in)
	fields := fault.Fields(err)
	for _, name := range []string{"subject", "count", "urgent", "id", "tags"} {
		if fields[name] == "" {
			t.Errorf("%s is not marked: %v", name, fields)
		}
	}
	if !fault.Is(err, fault.Invalid) || !strings.Contains(fields["subject"], "20") || in.Text != "kept" || len(in.Subject) != 42 {
		t.Errorf("%v, filled %+v", err, in)
	}
}

func TestDecodeRefusesHostileBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		contentType, body string
		want              fault.Kind
	}{
		"not UTF-8":           {"application/x-www-form-urlencoded", "subject=%ff%fe", fault.Invalid},
		"line end in a line":  {"application/x-www-form-urlencoded", "subject=a%0d%0aBcc:+x", fault.Invalid},
		"nothing":             {"application/x-www-form-urlencoded", "", fault.Invalid},
		"broken escape":       {"application/x-www-form-urlencoded", "subject=%zz", fault.Invalid},
		"too long":            {"application/x-www-form-urlencoded", "subject=" + strings.Repeat("a", form.MaxText), fault.TooLarge},
		"too many fields":     {"application/x-www-form-urlencoded", strings.Repeat("a&", 20_000), fault.Invalid},
		"JSON":                {"application/json", `{"subject":"x"}`, fault.Invalid},
		"no type":             {"", "subject=x", fault.Invalid},
		"broken type":         {"multipart/form-data; boundary", "subject=x", fault.Invalid},
		"no boundary":         {"multipart/form-data", "subject=x", fault.Invalid},
		"cut multipart":       {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\nhal", fault.Invalid},
		"endless empty parts": {"multipart/form-data; boundary=b", strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n", 70_000) + "--b--", fault.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := post(c.body)
			r.Header.Set("Content-Type", c.contentType)
			var in input
			if err := form.Decode(httptest.NewRecorder(), r, &in); !fault.Is(err, c.want) || fault.Public(err) == "" {
				t.Errorf("%v (%s: %s), want %s", err, fault.KindOf(err), fault.Public(err), c.want)
			}
		})
	}
}

// shelf keeps files in memory with a limit.
type shelf struct {
	most int
	kept map[string]string
}

func (s *shelf) Keep(_ context.Context, name string, r io.Reader) (action.File, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(s.most)+1))
	if err != nil {
		return action.File{}, fault.Wrap(fault.Invalid, "receive file", err)
	}
	if len(b) > s.most {
		return action.File{}, fault.Newf(fault.TooLarge, "One file may have at most %d bytes.", s.most)
	}
	id := fmt.Sprint("f", len(s.kept))
	s.kept[id] = string(b)
	return action.File{ID: id, Name: name, Size: int64(len(b))}, nil
}

func (s *shelf) Drop(_ context.Context, id string) error { delete(s.kept, id); return nil }

// parts builds a multipart body; a name with a slash is a file: field/name.
func parts(t *testing.T, list ...[2]string) (contentType string, body *bytes.Buffer) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, p := range list {
		field, file, isFile := strings.Cut(p[0], "/")
		h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q`, field)}}
		if isFile {
			h = textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, field, file)}}
		}
		part, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, p[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), body
}

func upload(contentType string, body io.Reader) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", body)
	r.Header.Set("Content-Type", contentType)
	return r
}

func TestFilesAreKeptWhileTheyArrive(t *testing.T) {
	t.Parallel()
	s := &shelf{most: 100, kept: map[string]string{}}
	contentType, body := parts(t, [2]string{"files/a.txt", "one"}, [2]string{"files/", ""}, [2]string{"other/b.txt", "ignored"}, [2]string{"files/c.txt", "two"}, [2]string{"subject", " VPN "})
	var in input
	files, err := form.DecodeFiles(httptest.NewRecorder(), upload(contentType, body), &in, "files", s)
	if err != nil || len(files) != 2 || files[0].Name != "a.txt" || files[1].Name != "c.txt" || len(s.kept) != 2 || in.Subject != "VPN" {
		t.Errorf("%+v %v %+v", files, err, in)
	}
}

func TestARefusedFormLeavesNoFiles(t *testing.T) {
	t.Parallel()
	many := make([][2]string, 0, 13)
	for i := range action.MaxFiles + 1 {
		many = append(many, [2]string{fmt.Sprintf("files/%d.txt", i), "x"})
	}
	for name, c := range map[string]struct {
		list  [][2]string
		want  fault.Kind
		field string
	}{
		"a file over the limit": {[][2]string{{"files/a.txt", "fine"}, {"files/b.txt", strings.Repeat("x", 101)}, {"files/c.txt", "late"}, {"subject", "VPN"}}, fault.TooLarge, "files"},
		"too many files":        {append(many, [2]string{"subject", "VPN"}), fault.TooLarge, "files"},
		"a wrong field":         {[][2]string{{"files/a.txt", "fine"}, {"subject", ""}}, fault.Invalid, "subject"},
		"too much text":         {[][2]string{{"files/a.txt", "fine"}, {"text", strings.Repeat("x", form.MaxText)}, {"subject", "VPN"}}, fault.TooLarge, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &shelf{most: 100, kept: map[string]string{}}
			contentType, body := parts(t, c.list...)
			var in input
			files, err := form.DecodeFiles(httptest.NewRecorder(), upload(contentType, body), &in, "files", s)
			if !fault.Is(err, c.want) || files != nil || len(s.kept) != 0 {
				t.Errorf("%v (%s), files %v, left %v", err, fault.KindOf(err), files, s.kept)
			}
			if c.field != "" && fault.Fields(err)[c.field] == "" {
				t.Errorf("%s is not marked: %v", c.field, fault.Fields(err))
			}
			if c.field == "files" && in.Subject != "VPN" {
				t.Error("what was typed after the file is lost")
			}
		})
	}
}

func TestAnUploadThatIsCutLeavesNoFiles(t *testing.T) {
	t.Parallel()
	s := &shelf{most: 1000, kept: map[string]string{}}
	contentType, body := parts(t, [2]string{"files/a.txt", "whole"}, [2]string{"files/b.txt", strings.Repeat("x", 500)})
	cut := io.MultiReader(io.LimitReader(body, 300), iotest.ErrReader(io.ErrUnexpectedEOF))
	var in input
	if _, err := form.DecodeFiles(httptest.NewRecorder(), upload(contentType, cut), &in, "files", s); !fault.Is(err, fault.Invalid) || len(s.kept) != 0 {
		t.Errorf("%v, left %v", err, s.kept)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", []byte("subject=a&count=1"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\nx\r\n--b--"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		s := &shelf{most: 50, kept: map[string]string{}}
		var in input
		files, err := form.DecodeFiles(httptest.NewRecorder(), upload(contentType, bytes.NewReader(body)), &in, "files", s)
		if err != nil && len(s.kept) != 0 {
			t.Errorf("refused, but kept %v", s.kept)
		}
		if err == nil && len(files) != len(s.kept) {
			t.Errorf("%d files, %d kept", len(files), len(s.kept))
		}
	})
}
