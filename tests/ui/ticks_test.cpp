// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/ticks.h"

#include <catch2/catch.hpp>

#include <QStringList>

#include <cmath>
#include <random>

namespace tests::ticks_test {

using namespace ui::plots;

namespace {

/// `0 250 1 k`, with the spaces in names as underscores.
std::string names(const std::vector<Tick>& ticks)
{
    QStringList words;
    for (const Tick& tick : ticks)
        words += QString(tick.label).replace(QChar(0x00A0), QLatin1Char('_'));
    return words.join(QLatin1Char(' ')).toStdString();
}

}

TEST_CASE("linear ticks are those that a person would choose")
{
    CHECK(names(linearTicks(0, 30, 6)) == "0 5 10 15 20 25 30");
    CHECK(names(linearTicks(0, 1500, 6)) == "0 250 500 750 1_k 1.25_k 1.5_k");
    CHECK(names(linearTicks(0, 20000, 4)) == "0 5_k 10_k 15_k 20_k");
    CHECK(names(linearTicks(-1.2, 2.2, 4)) == "−1 0 1 2");
    CHECK(names(linearTicks(0.5, 1, 2, ValueFormat::Percent)) == "50_% 75_% 100_%");
    CHECK(names(linearTicks(0, 2.4e6, 3)) == "0 1_M 2_M");
    CHECK(names(linearTicks(0, 0.0004, 4)) == "0 1e-4 2e-4 3e-4 4e-4");
    CHECK(names(linearTicks(0.88, 0.9, 4)) == "0.880 0.885 0.890 0.895 0.900");
}

TEST_CASE("steps have no fractions")
{
    for (const Tick& tick : linearTicks(3, 5, 10, ValueFormat::Number, true))
        CHECK(tick.value == std::round(tick.value));
    CHECK(names(linearTicks(0, 3, 10, ValueFormat::Number, true)) == "0 1 2 3");
}

TEST_CASE("logarithmic ticks: 1, 2, 5 over few decades, powers of ten over many")
{
    CHECK(names(logTicks(0.04, 2, 6)) == "0.05 0.1 0.2 0.5 1 2");
    CHECK(names(logTicks(0.004, 0.13, 3)) == "0.01 0.1");
    CHECK(names(logTicks(1e-9, 0.02, 4)).find("1e-8") != std::string::npos);
    CHECK(names(logTicks(1e-4, 1, 9)) == "1e-4 1e-3 0.01 0.1 1");
    CHECK(names(logTicks(10, 100000, 9)) == "10 100 1_k 10_k 100_k");
    CHECK(logTicks(0, 1, 5).empty());
    CHECK(logTicks(-1, 1, 5).empty());
    CHECK(logTicks(1, 1, 5).empty());
}

TEST_CASE("times are told in seconds, minutes and hours")
{
    CHECK(names(timeTicks(0, 60, 4)) == "0 15_s 30_s 45_s 60_s");
    CHECK(names(timeTicks(0, 600, 5)) == "0 2_min 4_min 6_min 8_min 10_min");
    CHECK(names(timeTicks(0, 7200, 4)) == "0 30_min 60_min 90_min 120_min");
    CHECK(names(timeTicks(0, 36000, 5)) == "0 2_h 4_h 6_h 8_h 10_h");
    CHECK(names(timeTicks(0, 180, 6)) == "0 0:30_min 1:00_min 1:30_min 2:00_min 2:30_min 3:00_min");
}

TEST_CASE("any range gives a few ticks inside it, in order and with different names")
{
    std::mt19937 random(11);
    std::uniform_real_distribution<double> exponent(-8, 8), share(0.001, 3);
    for (int i = 0; i < 3000; ++i) {
        const double lo = (i % 3 - 1) * std::pow(10, exponent(random)),
                     span = std::pow(10, exponent(random)) * share(random);
        if (span < 1e-6 * std::abs(lo))
            continue;
        const std::vector<Tick> ticks = linearTicks(lo, lo + span, 5);
        CAPTURE(lo, span, names(ticks));
        REQUIRE(ticks.size() >= 2);
        REQUIRE(ticks.size() <= 8);
        for (std::size_t k = 0; k < ticks.size(); ++k) {
            REQUIRE(ticks[k].value >= lo - 1e-6 * span);
            REQUIRE(ticks[k].value <= lo + span * (1 + 1e-6));
            REQUIRE((k == 0 || ticks[k].value > ticks[k - 1].value));
            REQUIRE((k == 0 || ticks[k].label != ticks[k - 1].label));
        }
    }
}

TEST_CASE("nice ranges hold the data and hold still while they grow a little")
{
    CHECK(niceRange(0.52, 0.985, false, 2) == Range{0.5, 1});
    CHECK(niceRange(0.52, 0.986, false, 2) == Range{0.5, 1});
    for (const auto& [lo, hi] :
         {std::pair{0.06, 1.4}, std::pair{1e-9, 3.0}, std::pair{0.9, 1.1}, std::pair{2.0, 2.0}}) {
        const Range log = niceRange(lo, hi, true, 5), linear = niceRange(lo, hi, false, 5);
        CAPTURE(lo, hi);
        CHECK((log.lo > 0 && log.lo < lo && log.hi > hi));
        CHECK((linear.lo <= lo && linear.hi >= hi && linear.lo < linear.hi));
    }
    const Range zero = niceRange(0, 0, false, 4);
    CHECK((zero.lo < 0 && zero.hi > 0));
}

}
