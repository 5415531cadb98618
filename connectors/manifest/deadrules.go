package manifest

import "strings"

// covers reports whether a rule asks for a status; one that names none asks for
// all from the first given up.
func (r *ErrorRule) covers(code, from int) bool {
	if r.Status.Empty() {
		return code >= from
	}
	return r.Status.Has(code)
}

// deadRules finds rules that can never fire: those whose every status is taken by
// earlier rules that ask for nothing else, or for the very same, and those whose
// condition is never true.
func (c *compiler) deadRules(rules []ErrorRule, at pointer, from int) {
	taken := map[string]map[int]bool{} // by condition
	for i := range rules {
		r := &rules[i]
		when := strings.TrimSpace(r.When.Source)
		alive := false
		for code := 200; code < 600; code++ {
			if r.covers(code, from) && !taken[""][code] && !taken[when][code] {
				alive = true
			}
		}
		switch {
		case when == "false":
			c.problem(at.index(i).key("when"), "this rule can never fire: its condition is never true")
		case !alive:
			c.problem(at.index(i), "this rule can never fire: earlier rules match every status that it asks for")
		}
		if taken[when] == nil {
			taken[when] = map[int]bool{}
		}
		for code := 200; code < 600; code++ {
			taken[when][code] = taken[when][code] || r.covers(code, from)
		}
	}
}

// goodRules finds the rules that speak about good answers, and those that would
// refuse them all.
func (c *compiler) goodRules(at pointer) {
	for i, r := range c.m.HTTP.Errors {
		good := false
		for code := 200; code < 300; code++ {
			good = good || r.Status.Has(code)
		}
		if !good {
			continue
		}
		if !r.When.Set() {
			c.problem(at.index(i), "this rule would refuse every good answer; say when")
		}
		c.m.HTTP.Good = append(c.m.HTTP.Good, r)
	}
}
