package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	koanfyaml "github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"
	"go.yaml.in/yaml/v3"
)

// DefaultFile is read from the working directory when no other is named.
const DefaultFile = "portico.yaml"

// Mistakes is every problem of a configuration, each with its place.
type Mistakes []string

// Error puts each mistake on its own line.
func (m Mistakes) Error() string { return strings.Join(m, "\n") }

// Load reads defaults, then the file, then the environment (os.Environ's form),
// later ones winning. An empty path means PORTICO_CONFIG, else DefaultFile when
// it exists. An empty variable counts as not set. When anything is wrong the
// error is a Mistakes with all of it.
func Load(path string, environ []string) (Config, error) {
	path, err := choose(path, environ)
	if err != nil {
		return Config{}, err
	}
	l := loader{all: koanf.New("."), origins: map[string]string{}}
	// Defaults cannot fail to load: they are a struct of this package.
	if err := l.all.Load(structs.Provider(Defaults(), "koanf"), nil); err != nil {
		return Config{}, fmt.Errorf("read the default settings: %w", err)
	}
	if path != "" {
		l.file(path)
	}
	l.env(environ)

	c := Config{file: path, origins: l.origins}
	if err := l.all.Unmarshal("", &c); err != nil {
		return Config{}, fmt.Errorf("assemble the settings: %w", err)
	}
	c.complete()
	l.mistakes = append(l.mistakes, c.check(l.bad)...)
	if len(l.mistakes) > 0 {
		return Config{}, Mistakes(l.mistakes)
	}
	return c, nil
}

func choose(path string, environ []string) (string, error) {
	if path == "" {
		for _, v := range environ {
			if value, ok := strings.CutPrefix(v, "PORTICO_CONFIG="); ok {
				path = value
			}
		}
	}
	if path != "" {
		return path, nil
	}
	_, err := os.Stat(DefaultFile)
	switch {
	case err == nil:
		return DefaultFile, nil
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	default:
		return "", fmt.Errorf("look for %s: %w", DefaultFile, err)
	}
}

// loader lays one source over the other and remembers where each value is from.
type loader struct {
	all      *koanf.Koanf
	origins  map[string]string
	bad      []string // keys whose value could not be read at all
	mistakes []string
}

// set lays one value over what is there.
func (l *loader) set(s setting, value any, origin string) {
	converted, err := s.convert(value)
	if err == nil {
		err = l.all.Set(s.key, converted)
	}
	if err != nil {
		l.bad = append(l.bad, s.key)
		l.mistakes = append(l.mistakes, fmt.Sprintf("%s: %s: %v", origin, s.key, err))
		return
	}
	l.origins[s.key] = origin
}

func (l *loader) file(path string) {
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), koanfyaml.Parser()); err != nil {
		l.mistakes = append(l.mistakes, fmt.Sprintf("%s: %s", path, plain(err)))
		return
	}
	lines := keyLines(path)
	values := k.All()
	for _, key := range k.Keys() {
		if values[key] == nil {
			continue // "smtp:" with nothing below it
		}
		origin := path
		if n, ok := lines[key]; ok {
			origin = fmt.Sprintf("%s:%d", path, n)
		}
		if s, ok := find(key); ok {
			l.set(s, values[key], origin)
			continue
		}
		l.mistakes = append(l.mistakes, fmt.Sprintf("%s: %s is not a setting%s", origin, key, hint(key)))
	}
}

// hint says what was probably meant instead of an unknown key.
func hint(key string) string {
	var names, below []string
	for _, s := range settings {
		names = append(names, s.key)
		if strings.HasPrefix(s.key, key+".") {
			below = append(below, s.key)
		}
	}
	if len(below) > 0 {
		return "; it is a group of " + strings.Join(below, ", ")
	}
	if near := nearest(key, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return "; \"portico config print\" shows all of them"
}

func (l *loader) env(environ []string) {
	var names []string
	for _, s := range settings {
		names = append(names, s.env())
	}
	provider := env.Provider(".", env.Opt{
		Prefix:      EnvPrefix,
		EnvironFunc: func() []string { return slices.Sorted(slices.Values(environ)) },
		TransformFunc: func(name, value string) (string, any) {
			i := slices.Index(names, name)
			switch {
			case value == "" || isReserved(name):
			case i >= 0:
				l.set(settings[i], value, name)
			default:
				problem := name + ": not a setting"
				if near := nearest(name, names); near != "" {
					problem += "; did you mean " + near + "?"
				}
				l.mistakes = append(l.mistakes, problem)
			}
			return "", nil // already laid over, with its origin
		},
	})
	if _, err := provider.Read(); err != nil {
		l.mistakes = append(l.mistakes, "environment: "+err.Error())
	}
}

func isReserved(name string) bool {
	return slices.ContainsFunc(reserved, func(r string) bool {
		return name == r || strings.HasSuffix(r, "_") && strings.HasPrefix(name, r)
	})
}

// keyLines maps each key of a YAML file to its line. A file that does not
// parse was reported already, and yields nothing.
func keyLines(path string) map[string]int {
	lines := map[string]int{}
	data, err := os.ReadFile(path) // #nosec G304 -- the administrator names the file
	if err != nil {
		return lines
	}
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) != nil || len(doc.Content) == 0 {
		return lines
	}
	var walk func(n *yaml.Node, prefix string)
	walk = func(n *yaml.Node, prefix string) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			key := prefix + n.Content[i].Value
			lines[key] = n.Content[i].Line
			walk(n.Content[i+1], key+".")
		}
	}
	walk(doc.Content[0], "")
	return lines
}

// plain shortens what the file system and the YAML parser say.
func plain(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	if errors.Is(err, fs.ErrPermission) {
		return "this user may not read the file"
	}
	return "not readable as YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")
}
