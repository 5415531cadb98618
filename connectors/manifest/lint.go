package manifest

import (
	"regexp"
	"slices"

	"portico/sync/record"
	"portico/sync/remote"
)

// lint adds what the schema and the expressions cannot see: parts that contradict
// each other, and parts that could never work.
func (c *compiler) lint() {
	root := pointer{}
	c.lintColor()
	c.deadRules(c.m.HTTP.Errors, root.key("http").key("errors"), 400)
	c.goodRules(root.key("http").key("errors"))
	c.lintAuth()
	for name, f := range c.m.Config {
		if _, err := regexp.Compile(f.Pattern); err != nil {
			c.problem(root.key("config").key(name).key("pattern"), "pattern: %s", err)
		}
		if f.Type == "secret" && f.Default != "" {
			c.problem(root.key("config").key(name).key("default"), "a secret must not have a default")
		}
		form := remote.Spec{Fields: []remote.Field{{Name: name, Type: f.Type, Choices: f.Choices, Pattern: f.Pattern}}}
		if wrong := form.Wrong(map[string]string{name: f.Default})[name]; wrong != "" {
			c.problem(root.key("config").key(name).key("default"), "the default would be refused: %s", wrong)
		}
	}
	for _, name := range c.m.StreamOrder {
		c.lintStream(c.m.Streams[name], root.key("streams").key(name))
	}
	for _, name := range c.m.ActionOrder {
		c.lintAction(c.m.Actions[name], root.key("actions").key(name))
	}
	c.lintWebhooks()
	if c.emits("attachment") && c.m.Files == nil {
		c.problem(root, "attachments are emitted, but there is no \"files\" to fetch their bytes")
	}
	if c.emits("document") && c.m.Files == nil {
		c.problem(root, "documents are emitted, but there is no \"files\" to fetch their bytes")
	}
}

func (c *compiler) lintStream(s *Stream, at pointer) {
	c.lintIncremental(s, at)
	c.lintTree(s, at)
	if s.ForEach != nil {
		parent, ok := c.m.Streams[s.ForEach.Stream]
		switch {
		case !ok:
			c.problem(at.key("for_each").key("stream"), "there is no stream %q", s.ForEach.Stream)
		case parent.ForEach != nil:
			c.problem(at.key("for_each").key("stream"), "%q has parents of its own; children go one level deep", s.ForEach.Stream)
		case !parent.Rereads():
			c.problem(at.key("for_each").key("stream"), "stream %q has neither \"read\" nor \"by_id\", so single parents cannot be read again", s.ForEach.Stream)
		}
	}
	var joined []string
	for i, j := range s.Requests {
		if slices.Contains(joined, j.Name) {
			c.problem(at.key("requests").index(i).key("name"), "two requests are called %q", j.Name)
		}
		joined = append(joined, j.Name)
	}
	for i, e := range s.Emit {
		if e.Each.Set() {
			c.lintEach(s, i, at.key("emit").index(i))
		}
		c.lintEmit(s, e, joined, at.key("emit").index(i))
	}
	if s.Census != nil && s.Census.Sweep && s.ForEach != nil {
		c.problem(at.key("census").key("sweep"), "children are swept with their parents; a stream with for_each cannot sweep")
	}
}

func (c *compiler) lintEmit(s *Stream, e *Emit, joined []string, at pointer) {
	switch {
	case e.From == "" && s.ForEach != nil:
		c.problem(at, "a stream with for_each must say \"from\" which of its requests a record comes")
	case e.From != "" && !slices.Contains(joined, e.From) && (e.From != Parents || s.ForEach == nil):
		c.problem(at.key("from"), "there is no request %q in this stream", e.From)
	case e.Tombstone() && s.Incremental != nil && !e.Updated.Set() && !e.Version.Set():
		c.problem(at, "tombstones that are read by a cursor need \"updated\" or \"version\": one that comes again must not delete what was restored")
	case e.Tombstone():
	case e.Custom != nil && !slices.Contains(record.CustomKinds, e.Kind):
		c.problem(at.key("custom"), "no page shows custom fields of the kind %q", e.Kind)
	case !e.Company.Set() && !e.Parent.Set():
		c.problem(at, "a record needs \"company\" or \"parent\", or nobody could ever see it")
	case s.ForEach != nil && !e.Parent.Set():
		c.problem(at, "a child needs \"parent\"")
	}
}

func (c *compiler) lintAction(a *Action, at pointer) {
	c.deadRules(a.Send.Answers, at.key("send").key("answers"), 200)
	for i, name := range a.Confirm.Streams {
		if _, ok := c.m.Streams[name]; !ok {
			c.problem(at.key("confirm").key("streams").index(i), "there is no stream %q", name)
		}
	}
	if a.Send.Request.Method == "" || a.Send.Request.Method == "GET" {
		c.problem(at.key("send").key("request"), "a write needs a method other than GET")
	}
}

func (c *compiler) emits(kind string) bool {
	for _, s := range c.m.Streams {
		for _, e := range s.Emit {
			if string(e.Kind) == kind {
				return true
			}
		}
	}
	return false
}

// lintEach finds records inside others that a census would not see, or that stand
// where single records are looked for.
func (c *compiler) lintEach(s *Stream, i int, at pointer) {
	switch {
	case i == 0 && s.ForEach == nil:
		c.problem(at.key("each"), "the first kind that a stream emits is that of its own items")
	case s.Census != nil && s.Census.Sweep && (len(s.Census.Query) > 0 || s.Stubs()):
		c.problem(at.key("each"), "the census of this stream asks for less than a pull does, and could not see these records")
	}
}
