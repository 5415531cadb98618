package connectortest_test

import (
	"context"
	"slices"
	"strings"

	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

const customFields = "custom fields turn up, change and disappear"

// brokenWays are connectors that break one promise each.
var brokenWays = []struct {
	name, caughtBy string
	how            func(remote.Connector) remote.Connector
}{
	{"finds fault with a good credential", "sign-in that works", func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, check: func(r remote.Report) remote.Report { r.OK = false; return r }}
	}},
	{"is content with a bad credential", "sign-in that does not", func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, check: func(r remote.Report) remote.Report { r.OK = true; return r }}
	}},
	{"loses the last record of each page", "a full pull finds everything", func(c remote.Connector) remote.Connector {
		return withPages(c, func(_ remote.PullRequest, p *remote.Page) {
			if len(p.Records) > 0 {
				p.Records = p.Records[:len(p.Records)-1]
			}
		})
	}},
	{"writes what did not change", "a second pull changes nothing", stamped},
	{"moves the checkpoint before the page", "killed at every page and resumed", func(c remote.Connector) remote.Connector {
		var ahead remote.Checkpoint
		return &broken{Connector: c, pull: func(ctx context.Context, conn remote.Conn, r remote.PullRequest, e remote.Emitter) error {
			if len(r.Checkpoint) > 0 && len(ahead) > 0 {
				r.Checkpoint = ahead
			}
			return c.Pull(ctx, conn, r, &emitter{Emitter: e, page: func(ctx context.Context, p remote.Page) error {
				ahead = p.Next
				return e.Page(ctx, p)
			}})
		}}
	}},
	{"says that a cancelled pass was whole", "a cancelled pull is not complete", alwaysComplete},
	{"never looks again", "a change is seen", once},
	{"never looks again in the second", "a change in the same second is seen", once},
	{"never looks again for additions", "additions while a pull runs are seen", once},
	{"never looks again for late commits", "a late commit is seen", once},
	{"forgets what a tenant added", customFields, func(c remote.Connector) remote.Connector {
		return withPages(c, func(_ remote.PullRequest, p *remote.Page) {
			for i := range p.Records {
				p.Records[i].Custom = nil
			}
		})
	}},
	{"keeps a field that was emptied", customFields, func(c remote.Connector) remote.Connector {
		filled := map[string][]record.Custom{}
		return withPages(c, func(_ remote.PullRequest, p *remote.Page) {
			for i, r := range p.Records {
				last := filled[r.External]
				for _, f := range last {
					if !slices.ContainsFunc(r.Custom, func(is record.Custom) bool { return is.ID == f.ID }) {
						p.Records[i].Custom = append(p.Records[i].Custom, f)
					}
				}
				filled[r.External] = p.Records[i].Custom
			}
		})
	}},
	{"counts what it once read", "a deletion is seen", func(c remote.Connector) remote.Connector {
		read := map[record.Kind][]string{}
		return withPages(c, func(r remote.PullRequest, p *remote.Page) {
			for _, rec := range p.Records {
				read[rec.Kind] = append(read[rec.Kind], rec.External)
			}
			if r.Mode == remote.Census {
				p.Seen = read
			}
		})
	}},
	{"counts only the first page", "deleted records leave the census", func(c remote.Connector) remote.Connector {
		n := 0
		return withPages(c, func(r remote.PullRequest, p *remote.Page) {
			if n++; r.Mode == remote.Census && n > 1 {
				p.Seen = nil
			}
		})
	}},
	{"forgets that it must wait", "nothing is asked inside a Retry-After window", func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, pull: func(ctx context.Context, conn remote.Conn, r remote.PullRequest, e remote.Emitter) error {
			conn.Budget = impatient{conn.Budget}
			return c.Pull(ctx, conn, r, e)
		}}
	}},
	{"takes a failed pass for a whole one", "half of the requests fail", alwaysComplete},
	{"takes a signed-out pass for a whole one", "the sign-in ends in mid-pull", alwaysComplete},
	{"never looks again for what was restored", "a restored record comes back", once},
	{"forgets its token between two pulls", endsMeanwhile, func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, pull: func(ctx context.Context, conn remote.Conn, r remote.PullRequest, e remote.Emitter) error {
			conn.Tokens = nil
			return c.Pull(ctx, conn, r, e)
		}}
	}},
	{"keeps a credential for good", "a credential that is rotated in mid-pull", func(c remote.Connector) remote.Connector {
		secrets := map[string]string{}
		return &broken{Connector: c, pull: func(ctx context.Context, conn remote.Conn, r remote.PullRequest, e remote.Emitter) error {
			ask := conn.Secret
			conn.Secret = func(name string) (string, error) {
				if secrets[name] == "" {
					value, err := ask(name)
					if err != nil {
						return "", err
					}
					secrets[name] = value
				}
				return secrets[name], nil
			}
			return c.Pull(ctx, conn, r, e)
		}}
	}},
	{"takes a broken page for the end", "broken pages", alwaysComplete},
	{"takes a broken census for a whole one", "broken pages of a census", alwaysComplete},
	{"fails without words", "hostile records", wordless},
	{"tells a private note in a reject", "private notes stay inside", func(c remote.Connector) remote.Connector {
		return withPages(c, func(_ remote.PullRequest, p *remote.Page) {
			p.Rejects = append(p.Rejects, remote.Reject{Reason: "cannot read " + canary})
		})
	}},
	{"sends twice", "an action takes effect once and is confirmed", func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, act: func(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
			c.Act(ctx, conn, a)
			return c.Act(ctx, conn, a)
		}}
	}},
	{"believes that nothing landed", "an action whose answer is lost", func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, probe: always(remote.Retry)}
	}},
	{"believes that everything landed", "an action that never arrived", func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, probe: always(remote.Done)}
	}},
	{"confirms what it could not read", "an action to a system that is down", func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, confirm: always(remote.Done)}
	}},
	{"takes a limit for a refusal", "an action that is limited", func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, act: func(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
			out := c.Act(ctx, conn, a)
			if out.Verdict == remote.Retry {
				out.Verdict = remote.Rejected
			}
			return out
		}}
	}},
	{"writes over what changed", "a conflict writes nothing", func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, prepare: func(mark string, out remote.Outcome) (string, remote.Outcome) {
			return strings.TrimSpace(mark), remote.Outcome{Verdict: remote.Done}
		}}
	}},
	{"believes whoever sends", forgedWebhooks, func(c remote.Connector) remote.Connector {
		return &broken{Connector: c, hints: func(hints []remote.Hint, _ error) ([]remote.Hint, error) { return hints, nil }}
	}},
}

func always(v remote.Verdict) func(remote.Outcome) remote.Outcome {
	return func(out remote.Outcome) remote.Outcome {
		out.Verdict = v
		return out
	}
}
