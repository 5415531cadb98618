package engine

import (
	"context"
	"maps"
	"slices"
	"strings"

	"portico/connectors/manifest"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Discover implements remote.Connector.
func (c *Connector) Discover(ctx context.Context, conn remote.Conn) (remote.Catalog, error) {
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return remote.Catalog{}, err
	}
	if err := s.identify(ctx); err != nil {
		return remote.Catalog{}, err
	}
	out := remote.Catalog{Statuses: map[record.Kind][]string{}}
	l := &c.m.Lookups
	for kind, lookups := range l.Statuses {
		if out.Statuses[record.Kind(kind)], err = s.names(ctx, lookups); err != nil {
			return out, fault.At("discover statuses", err)
		}
	}
	if out.Queues, err = s.names(ctx, l.Queues); err != nil {
		return out, fault.At("discover queues", err)
	}
	if err := s.each(ctx, l.Companies, func(f found) {
		out.Companies = append(out.Companies, remote.Company{Key: f.key, Name: f.name})
	}); err != nil {
		return out, fault.At("discover companies", err)
	}
	out.Companies = distinct(out.Companies, func(c remote.Company) string { return c.Key })
	err = s.each(ctx, l.Fields, func(f found) {
		out.Fields = append(out.Fields, remote.CustomField{Kind: record.Kind(f.kind), ID: f.key, Name: f.name, Type: f.typ, Is: f.is})
	})
	return out, fault.At("discover fields", err)
}

// found is one name of a lookup.
type found struct {
	name, key, kind, typ string
	is                   record.CustomType
}

func (s *session) names(ctx context.Context, lookups []manifest.Lookup) ([]string, error) {
	all := map[string]bool{}
	err := s.each(ctx, lookups, func(f found) { all[f.name] = true })
	return slices.Sorted(maps.Keys(all)), err
}

func (s *session) each(ctx context.Context, lookups []manifest.Lookup, visit func(found)) error {
	for i := range lookups {
		if err := s.lookup(ctx, &lookups[i], visit); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) lookup(ctx context.Context, lk *manifest.Lookup, visit func(found)) error {
	l := &lister{s: s, fetch: &lk.Fetch, env: s.env()}
	f := s.m.Frame(l.env)
	return l.each(ctx, place{}, func(pg page) error {
		for _, item := range pg.items {
			f.Set(manifest.Item, item)
			if keep, err := f.Bool(&lk.Keep); err != nil || !keep {
				continue
			}
			names, err := f.Eval(&lk.Name)
			if err != nil {
				continue // a row that has no such name has nothing to offer
			}
			for name := range each(names) {
				if name, ok := name.Scalar(); ok && strings.TrimSpace(name) != "" {
					visit(named(lk, f, clean(name)))
				}
			}
		}
		return nil
	})
}

// named completes a name with what the lookup says about it; what cannot be
// read stays empty.
func named(lk *manifest.Lookup, f *manifest.Frame, name string) found {
	out := found{name: name, key: name}
	if key, err := f.Text(&lk.Key); err == nil && key != "" {
		out.key = key
	}
	out.kind, _ = f.Text(&lk.Kind)
	out.typ, _ = f.Text(&lk.Type)
	out.is = manifest.TypeOf(out.typ, lk.Types)
	return out
}

func distinct[T any](list []T, key func(T) string) []T {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(t T) bool {
		k := key(t)
		was := seen[k]
		seen[k] = true
		return was
	})
}
