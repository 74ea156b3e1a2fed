// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/cover_blend.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace tests::cover_blend_test {

using namespace ui::plots;

namespace {

/// Sixty rows whose cover wanders between 0 and whole, as its changes from row to row.
std::vector<std::int16_t> wandering(std::mt19937& random)
{
    std::vector<std::int16_t> changes(60 * 8);
    for (int x = 0; x < 8; ++x)
        for (int y = 0, cover = 0; y < 60; ++y) {
            const int next =
                random() % 3 ? cover : int(random() % 3) * 128 + (random() % 2 ? int(random() % 129) - 128 : 0);
            const int inside = std::max(0, std::min(wholeCover, next));
            changes[std::size_t(y * 8 + x)] = std::int16_t(inside - cover);
            cover = inside;
        }
    return changes;
}

}

TEST_CASE("colours are laid over as the formula says, whichever vectors do it")
{
    std::mt19937 random(4);
    for (int round = 0; round < 300; ++round) {
        const std::vector<std::int16_t> changes = wandering(random);
        const int width = 1 + int(random() % 8);
        const QRgb color = qPremultiply(qRgba(int(random() % 256), int(random() % 256), int(random() % 256),
                                              round % 3 ? int(random() % 256) : 255));
        std::vector<QRgb> ground(60 * 8);
        for (QRgb& pixel : ground)
            pixel =
                qPremultiply(qRgba(int(random() % 256), int(random() % 256), int(random() % 256), int(random() % 256)));
        std::vector<QRgb> wide = ground, plain = ground;
        blendColumns({reinterpret_cast<std::uint8_t*>(wide.data()), 32, width, 60}, changes.data(), 8, color);
        blendColumnsPlain({reinterpret_cast<std::uint8_t*>(plain.data()), 32, width, 60}, changes.data(), 8, color);
        REQUIRE(wide == plain);
        for (int x = 0; x < 8; ++x)
            for (int y = 0, cover = 0; y < 60; ++y) {
                const auto i = std::size_t(y * 8 + x);
                cover += changes[i];
                const double share = x < width ? cover / double(wholeCover) : 0;
                const auto expected = [&](int over, int under) {
                    return over * share + under * (1 - share * qAlpha(color) / 255.0);
                };
                CAPTURE(x, y, cover, width);
                REQUIRE(std::abs(qRed(plain[i]) - expected(qRed(color), qRed(ground[i]))) <= 2.1);
                REQUIRE(std::abs(qBlue(plain[i]) - expected(qBlue(color), qBlue(ground[i]))) <= 2.1);
                REQUIRE(std::abs(qAlpha(plain[i]) - expected(qAlpha(color), qAlpha(ground[i]))) <= 2.1);
            }
    }
}

}
