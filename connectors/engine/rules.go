package engine

import (
	"errors"
	"net/http"
	"strings"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/connectors/rest"
	"portico/sync/fault"
)

// kinds maps what a rule says to how an error is handled.
var kinds = map[manifest.Meaning]fault.Kind{
	manifest.MeansRetry:     fault.Unavailable,
	manifest.MeansLimited:   fault.Limited,
	manifest.MeansAuth:      fault.Unauthenticated,
	manifest.MeansForbidden: fault.Forbidden,
	manifest.MeansGone:      fault.NotFound,
	manifest.MeansConflict:  fault.Conflict,
	manifest.MeansReject:    fault.Invalid,
	manifest.MeansBroken:    fault.Broken,
	manifest.MeansSetup:     fault.Setup,
}

// judge lets the manifest's rules speak, then the kit's own.
func (s *session) judge(resp *rest.Response) error {
	if resp.Status < 400 {
		return s.inside(resp)
	}
	if len(s.m.HTTP.Errors) == 0 {
		return rest.Judge(resp)
	}
	env := with(s.env(), lenientAnswer(resp).env())
	if r := match(s.m.HTTP.Errors, resp.Status, env); r != nil {
		cause := rest.Judge(resp)
		say, err := r.Say.Text(env)
		if err != nil || say == "" {
			say = fault.Public(cause)
		}
		return fault.New(kinds[r.Is], say).Because("request "+resp.At, cause)
	}
	return rest.Judge(resp)
}

// errInside is the cause of a refusal in an answer that looks like success.
var errInside = errors.New("the answer is good and holds an error")

// inside looks for an error in a good answer.
func (s *session) inside(resp *rest.Response) error {
	if err := rest.Judge(resp); err != nil || len(s.m.HTTP.Good) == 0 {
		return err
	}
	env := with(s.env(), lenientAnswer(resp).env())
	r := match(s.m.HTTP.Good, resp.Status, env)
	if r == nil {
		return nil
	}
	say, err := r.Say.Text(env)
	if err != nil || say == "" {
		say = "The system answered with an error."
	}
	return fault.New(kinds[r.Is], say).Because("request "+resp.At, errInside)
}

// match returns the first rule that fits the answer, or nil.
func match(rules []manifest.ErrorRule, status int, env manifest.Env) *manifest.ErrorRule {
	for i := range rules {
		r := &rules[i]
		if !r.Status.Empty() && !r.Status.Has(status) {
			continue
		}
		if yes, err := r.When.Bool(env); err == nil && yes {
			return r
		}
	}
	return nil
}

// lenientAnswer decodes what it can: a refusal need not be JSON.
func lenientAnswer(resp *rest.Response) answer {
	a := answer{status: resp.Status, headers: lowerHeaders(resp.Header)}
	if body, err := tree.Read(resp.Body, tree.NewNames().Everything()); err == nil {
		a.body = body
	}
	return a
}

func lowerHeaders(h http.Header) map[string]string {
	out := make(map[string]string, len(h))
	for name, values := range h {
		out[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return out
}
