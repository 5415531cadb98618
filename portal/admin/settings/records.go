package settings

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"portico/portal/ui"
)

// lookupFor bounds what the page waits for the resolver.
const lookupFor = 4 * time.Second

// records is what the sender's domain publishes about its mail.
type records struct {
	Domain     string
	SPF, DMARC found
}

// found is what was looked up under one name.
type found struct {
	Text string // the record, as it is published
	Tone ui.Tone
	Word string // key of the sentence that says how it is
}

// domainOf is the domain of a mail address that the public DNS may know: no single
// word, no address of a machine.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	if !strings.Contains(domain, ".") || strings.HasPrefix(domain, "[") || net.ParseIP(domain) != nil {
		return ""
	}
	return domain
}

// lookUp asks for both records at once. What the resolver cannot say is said, too.
func lookUp(ctx context.Context, lookup func(context.Context, string) ([]string, error), domain string) *records {
	ctx, cancel := context.WithTimeout(ctx, lookupFor)
	defer cancel()
	out := &records{Domain: domain}
	var both sync.WaitGroup
	both.Go(func() { out.SPF = spf(lookup(ctx, domain)) })
	both.Go(func() { out.DMARC = dmarc(lookup(ctx, "_dmarc."+domain)) })
	both.Wait()
	return out
}

// spf judges the TXT records of a domain (RFC 7208 §3.2, §4.5: exactly one).
func spf(texts []string, err error) found {
	list := starting(texts, "v=spf1")
	switch {
	case unanswered(err):
		return found{Tone: ui.Attn, Word: "settings.records.unanswered"}
	case len(list) == 0:
		return found{Tone: ui.Attn, Word: "settings.records.spf.none"}
	case len(list) > 1:
		return found{list[0], ui.Bad, "settings.records.spf.many"}
	case strings.Contains(list[0], "+all"):
		return found{list[0], ui.Bad, "settings.records.spf.all"}
	default:
		return found{list[0], ui.Good, "settings.records.spf.good"}
	}
}

// dmarc judges the TXT records of _dmarc.domain (RFC 7489 §6.6.3).
func dmarc(texts []string, err error) found {
	list := starting(texts, "v=dmarc1")
	switch {
	case unanswered(err):
		return found{Tone: ui.Attn, Word: "settings.records.unanswered"}
	case len(list) == 0:
		return found{Tone: ui.Attn, Word: "settings.records.dmarc.none"}
	case len(list) > 1:
		return found{list[0], ui.Bad, "settings.records.dmarc.many"}
	case policyOf(list[0]) == "none":
		return found{list[0], ui.Live, "settings.records.dmarc.watch"}
	default:
		return found{list[0], ui.Good, "settings.records.dmarc.good"}
	}
}

func policyOf(record string) string {
	for part := range strings.SplitSeq(strings.ToLower(record), ";") {
		if name, value, _ := strings.Cut(part, "="); strings.TrimSpace(name) == "p" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func starting(texts []string, with string) []string {
	var out []string
	for _, t := range texts {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(t)), with) {
			out = append(out, t)
		}
	}
	return out
}

// unanswered reports whether it is not known what is there. That there is nothing
// is an answer.
func unanswered(err error) bool {
	var dns *net.DNSError
	return err != nil && (!errors.As(err, &dns) || !dns.IsNotFound)
}

// Published is what a domain says about its mail, as somebody else's page shows it.
type Published struct {
	Name string // "SPF", "DMARC"
	Tone ui.Tone
	Word string // key of the sentence that says how it is
	// Silent says that the resolver gave no answer.
	Silent bool
}

// LookUp asks what the domain of a sender publishes; nothing for an address that
// no public DNS knows.
func LookUp(ctx context.Context, lookup func(context.Context, string) ([]string, error), from string) []Published {
	domain := domainOf(from)
	if domain == "" {
		return nil
	}
	r := lookUp(ctx, lookup, domain)
	const silent = "settings.records.unanswered"
	return []Published{{"SPF", r.SPF.Tone, r.SPF.Word, r.SPF.Word == silent}, {"DMARC", r.DMARC.Tone, r.DMARC.Word, r.DMARC.Word == silent}}
}
