// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/text_forms.h"

#include <catch2/catch.hpp>

namespace tests::text_forms_test {

using namespace core::base;
using namespace ui::forms;

namespace {

Field real(Real domain)
{
    return {"x", domain, 0.1};
}
Field whole(Int domain)
{
    return {"n", domain, 32};
}

// `0.1 ↑ 0.2 ↑ 0.5` as the values of steps from the first one.
std::string walk(const Field& field, Value value, int direction, int steps)
{
    std::string told = textOf(field, value).toStdString();
    for (int i = 0; i < steps; ++i) {
        value = stepped(field, value, direction, false).value_or(Value());
        told += " " + textOf(field, value).toStdString();
    }
    return told;
}

}

TEST_CASE("logarithmic reals go up and down by 1, 2, 5")
{
    const Field lr = real({.min = 0, .aboveMin = true, .log = true});
    CHECK(walk(lr, 0.1, 1, 4) == "0.1 0.2 0.5 1 2");
    CHECK(walk(lr, 0.1, -1, 4) == "0.1 0.05 0.02 0.01 0.005");
    CHECK(walk(lr, 0.0003, 1, 2) == "0.0003 0.0005 0.001");
    CHECK(walk(lr, 2e-5, -1, 2) == "2e-5 1e-5 5e-6");
}

TEST_CASE("a logarithmic real that may be zero leaves it upwards")
{
    CHECK(walk(real({.min = 0, .log = true}), 0.0, 1, 2) == "0 0.0001 0.0002");
}

TEST_CASE("bounded reals go by a twentieth of their range and stay inside")
{
    CHECK(walk(real({0, 1, false, true}), 0.9, 1, 3) == "0.9 0.95 0.95 0.95");
    CHECK(walk(real({0, 1}), 0.9, 1, 3) == "0.9 0.95 1 1");
    CHECK(walk(real({0, 1}), 0.05, -1, 2) == "0.05 0 0");
}

TEST_CASE("whole numbers go by one, logarithmic ones double")
{
    CHECK(walk(whole({.min = 1, .max = 100}), 99, 1, 2) == "99 100 100");
    CHECK(walk(whole({.min = 1, .max = 1 << 24, .log = true}), 32, 1, 2) == "32 64 128");
    CHECK(walk(whole({.min = 1, .max = 1 << 24, .log = true}), 2, -1, 3) == "2 1 1 1");
}

TEST_CASE("from a word the first step enters the numbers at the default")
{
    Field batch = whole({.min = 1, .log = true});
    batch.words = {"full"};
    CHECK(stepped(batch, "full", 1, false) == Value(32));
}

TEST_CASE("text has no steps")
{
    CHECK_FALSE(stepped({"t", Text{}}, "a", 1, false));
}

TEST_CASE("typed text becomes what the field takes")
{
    Field clip = real({.min = 0});
    clip.nullable = true;
    CHECK(valueOf(clip, " 1e-3 ") == Value(1e-3));
    CHECK(valueOf(clip, "0,5") == Value(0.5));
    CHECK(valueOf(clip, "off") == Value());
    CHECK(valueOf(clip, "") == Value());
    CHECK(valueOf(clip, "much") == Value("much"));

    Field batch = whole({.min = 1});
    batch.words = {"full"};
    CHECK(valueOf(batch, "FULL") == Value("full"));
    CHECK(valueOf(batch, "1 000") == Value(1000));

    const Field hidden{"hidden", std::make_shared<const List>(List{Int{.min = 1}})};
    CHECK(valueOf(hidden, "16, 16,8") == Value(Array{16, 16, 8}));
    CHECK(textOf(hidden, Value(Array{16, 16})) == "16, 16");
    const Field betas{"betas", std::make_shared<const List>(List{Real{}})};
    CHECK(valueOf(betas, "0.9, 0.999") == Value(Array{0.9, 0.999}));

    const Field tree{"any", Tree{}};
    CHECK(valueOf(tree, R"({"a": 1})") == Value(Object{{"a", 1}}));
}

TEST_CASE("null has the field's own word")
{
    Field rows = whole({.min = 1});
    rows.nullable = true;
    rows.nullWord = "all";
    CHECK(textOf(rows, Value()) == "all");
    CHECK(valueOf(rows, "all") == Value());
    CHECK(wordsOf(rows) == QStringList{"all"});
}

TEST_CASE("an empty text says what it means, in the words of its help")
{
    CHECK(emptyWord({"target", Text{}, "", {"The column to predict. Empty: the last one."}}) == "the last one");
    CHECK(emptyWord({"features",
                     std::make_shared<const List>(List{Text{}}),
                     {},
                     {"Columns. Empty: all but the target. More."}}) == "all but the target");
    CHECK(emptyWord({"name", Text{}, "", {"A name."}}).isEmpty());
}

TEST_CASE("keys become titles")
{
    CHECK(humanized("early_stopping") == "Early stopping");
}

}
