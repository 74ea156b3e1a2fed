// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/data/formats/picture.h"
#include "core/data/formats/png_writer.h"
#include "tests/support/temp_folder.h"

using namespace core;

TEST_CASE("png writer: what is written is read back, pixel by pixel")
{
    const tests::TempFolder folder;
    constexpr std::uint32_t width = 5, height = 3;
    std::vector<std::uint8_t> pixels;
    for (std::uint32_t i = 0; i < width * height * 3; ++i)
        pixels.push_back(std::uint8_t(i * 37));
    const auto file = folder.path() / "p.png";
    REQUIRE(data::writePng(file, pixels, width, height));
    const auto bytes = base::readFile(file);
    REQUIRE(bytes);
    const auto picture = data::decodePicture(*bytes, "p.png");
    REQUIRE(picture);
    CHECK(picture->facts == data::PictureFacts{3, height, width});
    for (std::size_t i = 0; i < pixels.size(); ++i)
        REQUIRE(picture->pixels[i % 3 * width * height + i / 3] == pixels[i]);
}

TEST_CASE("png writer: a folder that is not there is an error with its name")
{
    const auto written = data::writePng("/nowhere/at/all/p.png", std::vector<std::uint8_t>(3), 1, 1);
    REQUIRE_FALSE(written);
    CHECK(written.error().where.find("/nowhere/at/all") != std::string::npos);
}
