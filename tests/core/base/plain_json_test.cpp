// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/plain_json.h"

#include "core/base/json.h"
#include "core/base/rng.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::plain_json_test {

using namespace core::base;

namespace {

// A comment is nothing plain: what follows it goes the long way.
Result<Value> theLongWay(const std::string& text)
{
    return parseJson("// as a person writes\n" + text);
}

Value anyValue(const Draw& draw, std::uint64_t& place, int depth)
{
    const std::uint64_t kind = draw.below(place++, depth < 4 ? 8 : 6);
    const auto number = [&] { return double(draw.below(place++, 1 << 30)) - double(1 << 29); };
    if (kind == 0)
        return {};
    if (kind == 1)
        return draw.below(place++, 2) == 1;
    if (kind == 2) {
        const auto factor = std::int64_t(1) << draw.below(place++, 33);
        return std::int64_t(number()) * factor;
    }
    if (kind == 3) {
        const double factor = std::pow(10.0, double(draw.below(place++, 600)) - 300);
        return number() * factor;
    }
    if (kind == 4)
        return 1 / number();
    if (kind == 5) {
        std::string text;
        for (std::uint64_t left = draw.below(place++, 20); left > 0; --left)
            text += char(' ' + draw.below(place++, 95));
        return text;
    }
    const std::uint64_t size = draw.below(place++, 5);
    Array list;
    Object object;
    for (std::uint64_t i = 0; i < size; ++i) {
        list.push_back(anyValue(draw, place, depth + 1));
        object.set("k" + std::to_string(i), list.back());
    }
    return kind == 6 ? Value(list) : Value(object);
}

}

TEST_CASE("JSON: what is plain is read as the long way reads it")
{
    for (const std::string text : {"{}",
                                   "[]",
                                   " [ ] ",
                                   "{ }",
                                   "\t[1 , 2]\r\n",
                                   R"({"a":{"b":[[],{}]},"c":"d e/f"})",
                                   "0",
                                   "-0",
                                   "-0.0",
                                   "1e5",
                                   "1E+05",
                                   "0.1",
                                   "9223372036854775807",
                                   "-9223372036854775808",
                                   "2.2250738585072014e-308",
                                   "1.7976931348623157e308",
                                   "0.30000000000000004",
                                   "123456789012345678.5",
                                   "true",
                                   "false",
                                   "null",
                                   "\"\""}) {
        INFO(text);
        const auto plain = parsePlainJson(text);
        const auto other = theLongWay(text);
        REQUIRE(plain);
        REQUIRE(other);
        CHECK(*plain == *other);
        CHECK(writeJson(*plain) == writeJson(*other));
    }
}

TEST_CASE("JSON: what is wrong, or takes more than plain letters, is left to the long way")
{
    for (const std::string text : {"",
                                   " ",
                                   "{",
                                   "[",
                                   "[1",
                                   "[1,",
                                   "[1,]",
                                   "{\"a\"",
                                   "{\"a\":",
                                   "{\"a\":1",
                                   "{\"a\":1,",
                                   "{\"a\":1,}",
                                   "{a:1}",
                                   "{\"a\":1,\"a\":2}",
                                   "[1 2]",
                                   "1 2",
                                   "01",
                                   "-",
                                   "-a",
                                   ".5",
                                   "1.",
                                   "1e",
                                   "1e+",
                                   "+1",
                                   "1e400",
                                   "-1e400",
                                   "1e-400",
                                   "9223372036854775808",
                                   "18446744073709551616",
                                   "tru",
                                   "True",
                                   "nul",
                                   "NaN",
                                   "Infinity",
                                   "\"",
                                   "\"a",
                                   "\"\\n\"",
                                   "\"\t\"",
                                   "\"é\"",
                                   "// c\n1",
                                   "[1] // c",
                                   "\xef\xbb\xbf[1]"}) {
        INFO(text);
        CHECK_FALSE(parsePlainJson(text));
    }
    const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
    CHECK(parsePlainJson(nested(deepestJson)));
    CHECK(theLongWay(nested(deepestJson)));
    CHECK_FALSE(parsePlainJson(nested(deepestJson + 1)));
    CHECK_FALSE(parseJson(nested(deepestJson + 1)));
}

TEST_CASE("JSON: whatever is written comes back the same on both ways")
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        std::uint64_t place = 0;
        const Value value = anyValue(Draw(seed, "json"), place, 0);
        const std::string text = writeJson(value);
        INFO("seed " << seed << ": " << text);
        const auto other = theLongWay(text);
        REQUIRE(other);
        if (const auto plain = parsePlainJson(text))
            CHECK(*plain == *other);
        else
            CHECK(text.find('\\') != text.npos);
    }
}

TEST_CASE("JSON: a text that is cut anywhere, or has one other letter, is read as the long way reads it")
{
    const std::string whole = R"({"kind":"step","steps":[0,1,-2],"values":[0.5,1e-07],"more":{"on":true,"of":null}})";
    const auto same = [](const std::string& text) {
        INFO(text);
        const auto plain = parsePlainJson(text);
        const auto other = theLongWay(text);
        CHECK((!plain || (other && *plain == *other)));
    };
    for (std::size_t at = 0; at < whole.size(); ++at) {
        same(whole.substr(0, at));
        for (const char letter : {'"', ',', ':', '{', '}', '[', ']', '0', '-', '.', 'e', ' ', '\\'}) {
            std::string changed = whole;
            changed[at] = letter;
            same(changed);
        }
    }
}

}
