package oauth

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
)

// page is what a person sees at the vendor.
var page = template.Must(template.New("consent").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Let it in?</title>
<main style="max-width:30rem;margin:4rem auto;padding:0 1rem;font-family:sans-serif">
<h1>Let “{{.Client}}” in?</h1>
<p>This is a made-up vendor, for tests. The application asks for: {{.Scope}}</p>
<form method="post">
{{range $name, $value := .Hidden}}<input type="hidden" name="{{$name}}" value="{{$value}}">{{end}}
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form></main></html>`))

// ask shows the question (RFC 6749, section 4.1.1). What cannot be trusted is not
// sent anywhere.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if wrong := s.wrong(q); wrong != "" {
		http.Error(w, wrong, http.StatusBadRequest)
		return
	}
	hidden := map[string]string{}
	for _, name := range []string{"client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method", "response_type", "scope"} {
		hidden[name] = q.Get(name)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, map[string]any{"Client": q.Get("client_id"), "Scope": q.Get("scope"), "Hidden": hidden}) // who asked has gone
}

// wrong says what a strict server does not accept of a request.
func (s *Server) wrong(q url.Values) string {
	switch {
	case q.Get("client_id") != s.o.ClientID:
		return "unknown client_id"
	case !slices.Contains(s.o.Redirects, q.Get("redirect_uri")):
		return "redirect_uri is not registered: " + q.Get("redirect_uri")
	case q.Get("response_type") != "code":
		return "response_type must be code"
	case q.Get("state") == "":
		return "state is missing"
	case q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43:
		return "code_challenge is missing"
	default:
		return ""
	}
}

// decide sends the person back with what they decided.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || s.wrong(r.PostForm) != "" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, s.Answer(r.PostForm, r.PostForm.Get("decision") == "allow"), http.StatusFound)
}

// Answer is the address that a person is sent back to after a decision about a
// request, given by its parameters.
func (s *Server) Answer(q url.Values, allow bool) string {
	back := url.Values{"state": {q.Get("state")}}
	if allow {
		s.mu.Lock()
		defer s.mu.Unlock()
		key := random("code-")
		s.codes[key] = &code{redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), until: s.o.Clock().Add(CodeLasts)}
		back.Set("code", key)
		for name, values := range s.o.Callback {
			back[name] = values
		}
	} else {
		back.Set("error", "access_denied")
	}
	return q.Get("redirect_uri") + "?" + back.Encode()
}
