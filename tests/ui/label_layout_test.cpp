// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/label_layout.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

namespace tests::label_layout_test {

using ui::plots::LabelSlot;
using ui::plots::spreadLabels;

TEST_CASE("labels with room stay where they want to be")
{
    std::vector<LabelSlot> labels{{20, 10}, {60, 10}};
    spreadLabels(labels, 0, 100);
    CHECK(labels[0].middle == 20);
    CHECK(labels[1].middle == 60);
}

TEST_CASE("two at the same place move apart by the same way")
{
    std::vector<LabelSlot> labels{{50, 10}, {50, 10}};
    spreadLabels(labels, 0, 100);
    CHECK(labels[0].middle == 45);
    CHECK(labels[1].middle == 55);
}

TEST_CASE("those at the edge push the others away from it")
{
    std::vector<LabelSlot> labels{{-5, 10}, {2, 10}, {99, 10}};
    spreadLabels(labels, 0, 100);
    CHECK(labels[0].middle == 5);
    CHECK(labels[1].middle == 15);
    CHECK(labels[2].middle == 95);
}

TEST_CASE("what has no room is hidden, the least important first")
{
    std::vector<LabelSlot> labels{{10, 20, 0, true, 0}, {20, 20, 0, true, 2}, {30, 20, 0, true, 1}};
    spreadLabels(labels, 0, 45);
    CHECK(labels[0].shown);
    CHECK_FALSE(labels[1].shown);
    CHECK(labels[2].shown);
}

TEST_CASE("labels never overlap, never leave their room and keep their order")
{
    std::mt19937 random(5);
    std::uniform_real_distribution<double> place(-20, 220), height(6, 34);
    for (int round = 0; round < 2000; ++round) {
        std::vector<LabelSlot> labels;
        for (int i = 0; i < 1 + round % 14; ++i)
            labels.push_back({place(random), height(random), 0, true, int(random() % 3)});
        spreadLabels(labels, 0, 200);
        std::erase_if(labels, [](const LabelSlot& l) { return !l.shown; });
        REQUIRE(!labels.empty());
        std::stable_sort(labels.begin(), labels.end(),
                         [](const auto& a, const auto& b) { return a.middle < b.middle; });
        for (std::size_t i = 0; i < labels.size(); ++i) {
            REQUIRE(labels[i].middle - labels[i].height / 2 >= -1e-6);
            REQUIRE(labels[i].middle + labels[i].height / 2 <= 200 + 1e-6);
            if (i > 0)
                REQUIRE(labels[i].middle - labels[i - 1].middle >=
                        (labels[i].height + labels[i - 1].height) / 2 - 1e-6);
        }
    }
}

}
