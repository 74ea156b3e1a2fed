// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/open.h"
#include "tests/support/conformance.h"
#include "tests/support/data_sets.h"

#include <cmath>
#include <set>

using namespace core;

namespace {

// Generators: what needs no file.
std::vector<std::string> generatorKinds()
{
    std::vector<std::string> kinds;
    for (const base::Entry& entry : data::allSources().family().entries)
        if (entry.schema.find("seed"))
            kinds.push_back(entry.kind);
    return kinds;
}

base::Result<data::Loaded> generated(const std::string& kind, std::int64_t seed, std::int64_t rows)
{
    data::SourceRequest request;
    request.data.source = {kind, base::Object{{"seed", seed}}};
    request.data.rows = rows;
    return data::loadSource(request);
}

}

TEST_CASE("sources: every field is declared whole")
{
    tests::checkDeclared(data::allSources().family());
    REQUIRE(generatorKinds().size() >= 5);
}

TEST_CASE("sources: a generator repeats by its seed and differs by another")
{
    for (const std::string& kind : generatorKinds()) {
        INFO(kind);
        const auto first = generated(kind, 7, 120), again = generated(kind, 7, 120), other = generated(kind, 8, 120);
        REQUIRE(first);
        REQUIRE(other);
        CHECK(first->inputs.equal(again->inputs));
        CHECK(first->targets.equal(again->targets));
        CHECK_FALSE(first->inputs.equal(other->inputs));
    }
}

TEST_CASE("sources: a generator makes what it says, of any size")
{
    for (const std::string& kind : generatorKinds())
        for (const std::int64_t rows : {3, 10, 101}) {
            INFO(kind);
            const auto loaded = generated(kind, 0, rows);
            REQUIRE(loaded);
            CHECK(loaded->info.name == kind);
            CHECK(loaded->info.task == "classification");
            CHECK(loaded->info.rows == rows);
            CHECK(loaded->info.inputShape == std::vector<std::int64_t>{2});
            CHECK(loaded->info.features == std::vector<std::string>{"x", "y"});
            CHECK(loaded->inputs.sizes().vec() == std::vector<std::int64_t>{rows, 2});
            for (const float value : tests::floatsOf(loaded->inputs))
                CHECK(std::isfinite(value));
            std::set<std::int64_t> seen;
            for (const std::int64_t label : tests::longsOf(loaded->targets))
                seen.insert(label);
            CHECK(*seen.begin() == 0);
            CHECK(*seen.rbegin() == std::int64_t(loaded->info.classes.size()) - 1);
            CHECK(seen.size() == loaded->info.classes.size());
        }
}

TEST_CASE("sources: one without its file says so")
{
    for (const base::Entry& entry : data::allSources().family().entries) {
        if (!entry.schema.find("path"))
            continue;
        INFO(entry.kind);
        data::SourceRequest request;
        request.data.source = {entry.kind, base::Object{}};
        CHECK(data::loadSource(request).error().kind == base::ErrorKind::Spec);
        request.data.source.params.object().set("path", "/nowhere/at/all");
        const auto missing = data::loadSource(request);
        REQUIRE_FALSE(missing);
        CHECK(missing.error().kind == base::ErrorKind::Data);
        CHECK(missing.error().where.find("/nowhere/at") == 0);
    }
}
