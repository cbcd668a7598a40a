// What BuildKit makes of a Dockerfile: the environment of the last stage, or where it stops.
//
// Reads one JSON object a line (`{"text": "…"}`) and writes it with its answer. The lines are parsed and
// the words are processed by BuildKit's own packages; the order of `ENV`, `ARG` and `FROM` is that of
// dockerfile2llb/convert.go, written out here, since that package needs the rest of BuildKit. The
// environment of every base image holds HOSTVAR alone.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

type env struct {
	keys   []string
	values map[string]string
}

func (e *env) Get(key string) (string, bool) { v, ok := e.values[key]; return v, ok }
func (e *env) Keys() []string                { return e.keys }
func (e *env) set(key, value string) {
	if _, ok := e.values[key]; !ok {
		e.keys = append(e.keys, key)
	}
	e.values[key] = value
}
func (e *env) clone() *env {
	out := &env{values: map[string]string{}}
	for _, key := range e.keys {
		out.set(key, e.values[key])
	}
	return out
}

type stage struct{ state, image *env }

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

var known = map[string]bool{}

func init() {
	for _, name := range strings.Fields("add cmd copy entrypoint expose healthcheck label maintainer onbuild run shell stopsignal user volume workdir") {
		known[name] = true
	}
}

var validName = regexp.MustCompile("^[a-z][a-z0-9-_.]*$")

func args(node *parser.Node) []string {
	var out []string
	for n := node.Next; n != nil; n = n.Next {
		out = append(out, n.Value)
	}
	return out
}

func evaluate(text string) (map[string]string, error) {
	result, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	lex := shell.NewLex(result.EscapeToken)
	globals := &env{values: map[string]string{}}
	stages := map[string]*stage{}
	var now *stage
	for _, node := range result.AST.Children {
		words := args(node)
		switch name := strings.ToLower(node.Value); name {
		case "from":
			label := ""
			if len(words) == 3 && strings.EqualFold(words[1], "as") {
				label = strings.ToLower(words[2])
				if !validName.MatchString(label) {
					return nil, errors.New("invalid name for build stage")
				}
			} else if len(words) != 1 {
				return nil, errors.New("FROM requires either one or three arguments")
			}
			base, _, err := lex.ProcessWord(words[0], globals)
			if err != nil {
				return nil, err
			}
			if base == "" {
				return nil, errors.New("base name should not be blank")
			}
			if below, ok := stages[base]; ok {
				now = &stage{below.state.clone(), below.image.clone()}
			} else {
				now = &stage{&env{values: map[string]string{}}, &env{values: map[string]string{}}}
				if base == "scratch" {
					now.image.set("PATH", defaultPath)
				} else {
					now.image.set("HOSTVAR", "hostval")
				}
			}
			for _, key := range now.image.keys {
				now.state.set(key, now.image.values[key])
			}
			if label != "" {
				stages[label] = now
			}
		case "arg":
			if len(words) < 1 {
				return nil, errors.New("ARG requires at least one argument")
			}
			for _, word := range words {
				key, value, has := strings.Cut(word, "=")
				if key == "" && has {
					return nil, errors.New("ARG names can not be blank")
				}
				scope := globals
				if now != nil {
					scope = now.state
				}
				if has {
					value, _, err = lex.ProcessWord(value, scope)
					if err != nil {
						return nil, err
					}
				} else if now != nil {
					value, has = globals.Get(key)
				}
				if has {
					scope.set(key, value)
				}
			}
		case "env":
			if len(node.Flags) > 0 {
				return nil, errors.New("unknown flag")
			}
			if len(words) == 0 {
				return nil, errors.New("ENV requires at least one argument")
			}
			if now == nil {
				return nil, errors.New("no build stage in current context")
			}
			var pairs [][2]string
			for i := 0; i < len(words); i += 3 {
				if words[i] == "" {
					return nil, errors.New("ENV names can not be blank")
				}
				var pair [2]string
				for j := range pair {
					if pair[j], _, err = lex.ProcessWord(words[i+j], now.state); err != nil {
						return nil, err
					}
				}
				pairs = append(pairs, pair)
			}
			for _, pair := range pairs {
				now.state.set(pair[0], pair[1])
				now.image.set(pair[0], pair[1])
			}
		default:
			if !known[name] {
				return nil, fmt.Errorf("unknown instruction: %s", node.Value)
			}
			if now == nil {
				return nil, errors.New("no build stage in current context")
			}
		}
	}
	if now == nil {
		return nil, errors.New("no stage")
	}
	delete(now.image.values, "HOSTVAR")
	return now.image.values, nil
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var one struct {
			Text  string            `json:"text"`
			Env   map[string]string `json:"env,omitempty"`
			Error string            `json:"error,omitempty"`
		}
		if err := json.Unmarshal(in.Bytes(), &one); err != nil {
			panic(err)
		}
		environment, err := evaluate(one.Text)
		if err != nil {
			one.Env, one.Error = nil, err.Error()
		} else {
			one.Env, one.Error = environment, ""
		}
		if err := out.Encode(one); err != nil {
			panic(err)
		}
	}
}
