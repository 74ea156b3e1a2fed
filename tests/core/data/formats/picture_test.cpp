// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/data/formats/picture_formats.h"
#include "core/data/formats/resize.h"
#include "tests/support/golden.h"

using namespace core;
using data::decodePicture;
using data::Picture;
using data::PictureUse;

namespace {

std::string goldenFile(const std::string& name)
{
    const auto bytes = base::readFile(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/files/" + name);
    REQUIRE(bytes);
    return *bytes;
}

std::vector<double> pixelsOf(const Picture& picture)
{
    return {picture.pixels.begin(), picture.pixels.end()};
}

std::string pictureProblem(const std::string& bytes)
{
    const auto picture = decodePicture(bytes, "f");
    return picture ? "" : picture.error().message;
}

}

TEST_CASE("pictures: every kind is read as Pillow reads it, upright")
{
    const base::Value golden = tests::golden("files.json")[0];
    REQUIRE(golden["pictures"].object().size() > 15);
    for (const auto& [name, expected] : golden["pictures"].object()) {
        INFO(name);
        const std::string bytes = goldenFile(name);
        const auto picture = decodePicture(bytes, name);
        REQUIRE(picture);
        const auto& facts = picture->facts;
        CHECK(tests::flat(expected["shape"]) ==
              std::vector<double>{double(facts.channels), double(facts.height), double(facts.width)});
        // Ink becomes colours in another order of roundings.
        CHECK(tests::distance(pixelsOf(*picture), tests::flat(expected["pixels"])) <= (name == "cmyk.jpg" ? 2 : 0));
        CHECK(*data::pictureFacts(bytes, name) == facts);
    }
}

TEST_CASE("pictures: masks are numbers of classes, marked pictures stay as they are stored")
{
    const base::Value golden = tests::golden("files.json")[0];
    const auto mask = decodePicture(goldenFile("palette.png"), "f", PictureUse::Mask);
    REQUIRE(mask);
    CHECK(mask->facts.channels == 1);
    CHECK(pixelsOf(*mask) == tests::flat(golden["ids"]));
    CHECK(pixelsOf(*decodePicture(goldenFile("palette.bmp"), "f", PictureUse::Mask)) == tests::flat(golden["ids"]));
    const auto bits = decodePicture(goldenFile("bits.png"), "f", PictureUse::Mask);
    REQUIRE(bits);
    CHECK(*std::max_element(bits->pixels.begin(), bits->pixels.end()) == 1);
    CHECK(decodePicture(goldenFile("turned.jpg"), "f", PictureUse::Marked)->facts == data::PictureFacts{3, 9, 7});
    CHECK(decodePicture(goldenFile("turned.jpg"), "f")->facts == data::PictureFacts{3, 7, 9});
}

TEST_CASE("pictures: plain text and deep PNM")
{
    const auto plain = decodePicture("P2\n# a comment\n3 2\n9\n0 3 9\n1 2 # more\n4\n", "f");
    REQUIRE(plain);
    CHECK(plain->pixels == std::vector<std::uint8_t>{0, 85, 255, 28, 57, 113});
    const auto deep = decodePicture(std::string("P5 2 1 65535\n\xff\xff\x80\x80", 17), "f");
    REQUIRE(deep);
    CHECK(deep->pixels == std::vector<std::uint8_t>{255, 128});
    CHECK(decodePicture("P3 1 1 255 10 20 30", "f")->pixels == std::vector<std::uint8_t>{10, 20, 30});
}

TEST_CASE("pictures: cut, damaged and oversized ones say so")
{
    CHECK(pictureProblem("") == "is empty");
    CHECK(pictureProblem("GIF89a").find("is no picture that is read here") == 0);
    for (const char* name : {"rgb.jpg", "progressive.jpg", "rgba.png", "palette.png", "colour.bmp", "colour.ppm"}) {
        INFO(name);
        const std::string bytes = goldenFile(name);
        CHECK_FALSE(pictureProblem(bytes.substr(0, bytes.size() / 2)).empty());
        CHECK_FALSE(pictureProblem(bytes.substr(0, bytes.size() - 30)).empty());
    }
    std::string png = goldenFile("rgba.png");
    png[png.size() - 25] ^= 0x55;
    CHECK(pictureProblem(png).find("is a damaged PNG") == 0);
    CHECK(pictureProblem("P5 100000 100000 255\n").find("is a picture of 100000 × 100000 pixels") == 0);
    CHECK(pictureProblem("P5 0 1 255\n").find("is a picture of 0 × 1 pixels") == 0);
    CHECK(pictureProblem("P5 10 10 255\nxx") == "is cut off: a part of the picture is missing");
}

TEST_CASE("pictures: orientation is found in either byte order, and only where it is")
{
    using data::pictures::orientationOf;
    const std::string little("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0", 22);
    const std::string big("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0", 22);
    CHECK(orientationOf(little) == 6);
    CHECK(orientationOf(big) == 6);
    CHECK(orientationOf(little.substr(0, 12)) == 1);
    CHECK(orientationOf("II*\0\xff\xff\xff\xff") == 1);
}

TEST_CASE("pictures: the middle square is torchvision's Resize and CenterCrop")
{
    const base::Value golden = tests::golden("files.json")[0];
    for (const base::Value& each : golden["resized"].array()) {
        const auto shape = tests::flat(each["in"]), values = tests::flat(each["pixels"]);
        Picture picture{{std::int64_t(shape[0]), std::int64_t(shape[1]), std::int64_t(shape[2])}, {}};
        picture.pixels.assign(values.begin(), values.end());
        const Picture square = data::middleSquare(picture, each["size"].toInt());
        // Rounded to whole numbers here, exact there.
        CHECK(tests::distance(pixelsOf(square), tests::flat(each["out"])) < 0.51);
    }
}

TEST_CASE("pictures: colours become grey as ITU-R 601 says, grey becomes three equal planes")
{
    const Picture colour{{3, 1, 2}, {255, 0, 0, 255, 0, 0}};
    CHECK(data::withChannels(colour, 1).pixels == std::vector<std::uint8_t>{76, 150});
    CHECK(data::withChannels({{1, 1, 2}, {7, 9}}, 3).pixels == std::vector<std::uint8_t>{7, 9, 7, 9, 7, 9});
}
