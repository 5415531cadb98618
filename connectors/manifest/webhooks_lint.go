package manifest

import (
	"regexp"
	"time"

	"portico/sync/record"
)

// maxTolerance is how long a message may be on its way. Whoever saw one can send it
// again for as long.
const maxTolerance = time.Hour

// lintWebhooks finds what could never verify a message, what would let anybody send
// one, and hints that lead nowhere.
func (c *compiler) lintWebhooks() {
	w, at := c.m.Webhooks, pointer{"webhooks"}
	if w == nil {
		return
	}
	needed := false
	used := map[string]bool{}
	for i := range w.Verify {
		c.lintProof(&w.Verify[i], at.key("verify").index(i))
		needed = needed || !w.Verify[i].Optional
		used[w.Verify[i].Secret] = true
	}
	if !needed {
		c.problem(at.key("verify"), "every proof is optional, so that a message without any would count")
	}
	for name := range w.Secrets {
		if _, twice := c.m.Config[name]; twice {
			c.problem(at.key("secrets").key(name), "%q is a setting already", name)
		}
		if !used[name] {
			c.problem(at.key("secrets").key(name), "no proof uses this secret")
		}
	}
	for i := range w.Challenges {
		for name := range w.Challenges[i].Learn {
			if _, ok := w.Secrets[name]; !ok {
				c.problem(at.key("challenges").index(i).key("learn").key(name), "%q is not one of \"secrets\"", name)
			}
		}
	}
	c.lintMissing(at)
	for i, h := range w.Hints {
		c.lintHint(h, at.key("hints").index(i))
	}
}

// never is a comparison of a header or a parameter with nothing. One that is missing
// is "".
var never = regexp.MustCompile(`\b(headers|query)\b[^&|]*(==|!=)\s*nil\b`)

// lintMissing finds conditions that are the same for every message.
func (c *compiler) lintMissing(at pointer) {
	w := c.m.Webhooks
	check := func(e *Expr, at pointer) {
		if never.MatchString(e.Source) {
			c.problem(at, "a header or a parameter that is missing is \"\", never nil")
		}
	}
	for i := range w.Challenges {
		check(&w.Challenges[i].When, at.key("challenges").index(i).key("when"))
	}
	for i := range w.Hints {
		check(&w.Hints[i].When, at.key("hints").index(i).key("when"))
	}
}

func (c *compiler) lintProof(p *Proof, at pointer) {
	_, own := c.m.Webhooks.Secrets[p.Secret]
	if f, setting := c.m.Config[p.Secret]; !own && (!setting || f.Type != "secret") {
		c.problem(at.key("secret"), "%q is neither one of \"secrets\" nor a secret setting", p.Secret)
	}
	switch p.Kind {
	case ProofHMAC:
		c.lintHMAC(p, at)
	case ProofSecret:
		n := 0
		for _, set := range []bool{p.Header != "", p.Query != "", p.Value.Set()} {
			if set {
				n++
			}
		}
		if n != 1 {
			c.problem(at, "say where the secret stands: one of \"header\", \"query\" and \"value\"")
		}
	}
}

func (c *compiler) lintHMAC(p *Proof, at pointer) {
	if (p.Header != "") == p.Signature.Set() {
		c.problem(at, "say where the signature stands: \"header\" or \"signature\"")
	}
	if p.Message.Set() && !names(&p.Message, "raw") {
		c.problem(at.key("message"), "the body (raw) is no part of what is signed, so that anybody could change it")
	}
	t := p.Timestamp
	if t == nil {
		return
	}
	if t.Tolerance.Duration > maxTolerance {
		c.problem(at.key("timestamp").key("tolerance"), "a message may be %s old at most", maxTolerance)
	}
	if !names(&t.Value, "body") && !names(&p.Message, "timestamp") && !names(&p.Message, "headers") {
		c.problem(at.key("timestamp"), "the time is no part of what is signed, so that an old message could be given a new one")
	}
}

// names reports whether an expression uses a word by itself, not as a member.
func names(e *Expr, word string) bool {
	return regexp.MustCompile(`(^|[^.\w])` + word + `\b`).MatchString(e.Source)
}

func (c *compiler) lintHint(h HintRule, at pointer) {
	s, ok := c.m.Streams[h.Stream]
	switch {
	case !ok:
		c.problem(at.key("stream"), "there is no stream %q", h.Stream)
	case h.When.Source == "false":
		c.problem(at.key("when"), "this hint can never be given")
	case h.ID.Set() && !s.Rereads() && s.ForEach != nil:
		c.problem(at.key("id"), "single records of %q cannot be read again; hint at their parent in %q", h.Stream, s.ForEach.Stream)
	case h.ID.Set() && !s.Rereads():
		c.problem(at.key("id"), "single records of %q cannot be read again; give it \"read\" or \"by_id\", or leave \"id\" out", h.Stream)
	case h.ID.Set() && c.m.Rereader(s.Emit[0].Kind) != h.Stream:
		c.problem(at.key("stream"), "single records of this kind are read again by %q", c.m.Rereader(s.Emit[0].Kind))
	}
}

// Rereader names the stream that reads single records of a kind again, or is "".
func (m *Manifest) Rereader(kind record.Kind) string {
	for _, name := range m.StreamOrder {
		if st := m.Streams[name]; st.Rereads() && st.Emit[0].Kind == kind {
			return name
		}
	}
	return ""
}
