// Writes fixtures/parity/yaml-go.jsonl: what Go makes of the values in fixtures/parity/yaml.jsonl that stand in one line.
//
//	go run tests/parity/yaml_go.go < fixtures/parity/yaml.jsonl > fixtures/parity/yaml-go.jsonl
//
// with gopkg.in/yaml.v3 3.0.1, with which compose reads, and gopkg.in/yaml.v2 2.4.0, which sigs.k8s.io/yaml holds, for
// Kubernetes and Helm. Each answer: the type, and what `fmt.Sprint` prints of texts, numbers and truth values.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	two "gopkg.in/yaml.v2"
	three "gopkg.in/yaml.v3"
)

func answer(value interface{}, err error) []string {
	if err != nil {
		return []string{"raises"}
	}
	switch v := value.(type) {
	case nil:
		return []string{"null"}
	case string:
		return []string{"str", v}
	case bool:
		return []string{"bool", fmt.Sprint(v)}
	case int, int64, uint64:
		return []string{"int", fmt.Sprint(v)}
	case float64:
		return []string{"float", fmt.Sprint(v)}
	case time.Time:
		return []string{"timestamp"}
	}
	return []string{"other"}
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		var given struct{ Text string }
		if err := json.Unmarshal(in.Bytes(), &given); err != nil {
			panic(err)
		}
		if !strings.HasPrefix(given.Text, "a: ") || strings.Contains(given.Text, "\n") {
			continue
		}
		var v2, v3 map[string]interface{}
		err2 := two.Unmarshal([]byte(given.Text), &v2)
		err3 := three.Unmarshal([]byte(given.Text), &v3)
		out.Encode(map[string]interface{}{"text": given.Text, "yaml_v2": answer(v2["a"], err2), "yaml_v3": answer(v3["a"], err3)})
	}
}
