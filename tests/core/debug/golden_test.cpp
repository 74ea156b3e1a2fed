// SPDX-License-Identifier: GPL-3.0-or-later
// Rules against an implementation of their own in NumPy, see tests/golden/write_rule_goldens.py.
#include "core/base/json.h"
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

namespace tests::golden_test {

using namespace core::base;
using namespace core::debug;

namespace {

Trace traceOf(const Value& given)
{
    Trace trace;
    const Array& steps = given["steps"].array();
    std::map<Mode, std::int64_t> done;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Mode mode = given["modes"].text()[i] == 'E' ? Mode::Eval : Mode::Train;
        trace.begin(steps[i].toInt(), done[mode]++, mode, double(i));
        for (const auto& [name, values] : given["signals"].object()) {
            const auto space = name.rfind(' ');
            if (const Value& value = values.array()[i]; !value.isNull())
                trace.add(trace.known.add(name.substr(0, space), name.substr(space + 1)), value.toReal());
        }
    }
    return trace;
}

}

TEST_CASE("rules fire at the steps at which NumPy says that the tensors meet their conditions")
{
    const auto read = readJson(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/rules.json");
    REQUIRE(read);
    std::map<std::string, int> fired;
    for (const Value& given : read->array()) {
        INFO(writeJson(given));
        const auto found = run({{given["rule"].text(), given["params"]}}, traceOf(given), {}, Ending::Done);
        std::vector<std::int64_t> steps, wanted;
        for (const auto& finding : found.findings)
            steps.push_back(finding.step);
        for (const Value& step : given["fires"].array())
            wanted.push_back(step.toInt());
        CHECK(steps == wanted);
        fired[given["rule"].text()] += !wanted.empty();
    }
    CHECK(fired.size() == 18);
    for (const auto& [rule, count] : fired) {
        INFO(rule);
        CHECK(count > 0);
    }
}

}
