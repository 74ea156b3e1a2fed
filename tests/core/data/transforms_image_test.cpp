// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/data/ops/blur.h"
#include "core/data/ops/colour.h"
#include "core/data/ops/frame.h"
#include "core/data/ops/policy.h"
#include "core/data/transform.h"
#include "tests/support/samples.h"

#include <functional>
#include <map>

namespace tests::transforms_image {

using namespace core;
using base::Value;
using data::Frame;
using data::Sample;

// As the script beside the goldens makes it.
Sample picture(const Value& of)
{
    const std::vector<double> side = flat(of);
    Sample made{.modality = data::Modality::Image,
                .shape = {std::int64_t(side[0]), std::int64_t(side[1]), std::int64_t(side[2])}};
    const std::int64_t count = made.shape[0] * made.shape[1] * made.shape[2];
    for (std::int64_t i = 0; i < count; ++i)
        made.values.push_back(
            float(0.5 + 0.5 * std::sin(0.7 * double(i) + side[3]) * std::cos(0.013 * std::pow(double(i), 1.3))));
    return made;
}

Frame frameOf(const Value& of)
{
    const auto side = flat(of);
    return {std::int64_t(side[0]), std::int64_t(side[1]), std::int64_t(side[2]), std::int64_t(side[3])};
}

void warp(Sample& image, const Value& params, const data::Warp& by, float fill = 0)
{
    warpImage(image, by, data::interpolationOf(params["interpolation"].text()), fill);
}

void affine(Sample& image, const Value& params)
{
    const auto translate = flat(params["translate"]), shear = flat(params["shear"]);
    warp(image, params,
         data::Warp::affine({.angle = params["angle"].toReal(),
                             .translate = {translate[0], translate[1]},
                             .scale = params["scale"].toReal(),
                             .shear = {shear[0], shear[1]}},
                            image.width(), image.height()));
}

void perspective(Sample& image, const Value& params)
{
    const auto c = flat(params["corners"]);
    const auto coefficients =
        data::perspectiveTo({{{c[0], c[1]}, {c[2], c[3]}, {c[4], c[5]}, {c[6], c[7]}}}, image.width(), image.height());
    warp(image, params, data::Warp::perspective(coefficients, image.width(), image.height()));
}

void resize(Sample& image, const Value& params)
{
    const auto size = flat(params["size"]);
    resizeImage(image, std::int64_t(size[0]), std::int64_t(size[1]));
}

void pad(Sample& image, const Value& params)
{
    const std::int64_t by = params["padding"].toInt();
    cropImage(image, {-by, -by, image.height() + 2 * by, image.width() + 2 * by},
              {params["mode"].text(), float(params["fill"].toReal())});
}

const std::map<std::string, std::function<void(Sample&, const Value&)>>& operations()
{
    static const std::map<std::string, std::function<void(Sample&, const Value&)>> all{
        {"rotate",
         [](Sample& s, const Value& p) {
             warp(s, p, data::Warp::rotation(p["angle"].toReal(), s.width(), s.height()), float(p["fill"].toReal()));
         }},
        {"affine", affine},
        {"perspective", perspective},
        {"crop", [](Sample& s, const Value& p) { cropImage(s, frameOf(p["frame"])); }},
        {"resized_crop",
         [](Sample& s, const Value& p) {
             cropImage(s, frameOf(p["frame"]));
             resize(s, p);
         }},
        {"pad", pad},
        {"resize", resize},
        {"vertical_flip", [](Sample& s, const Value&) { flipVertically(s); }},
        {"brightness", [](Sample& s, const Value& p) { adjustBrightness(s, p["factor"].toReal()); }},
        {"contrast", [](Sample& s, const Value& p) { adjustContrast(s, p["factor"].toReal()); }},
        {"saturation", [](Sample& s, const Value& p) { adjustSaturation(s, p["factor"].toReal()); }},
        {"sharpness", [](Sample& s, const Value& p) { adjustSharpness(s, p["factor"].toReal()); }},
        {"hue", [](Sample& s, const Value& p) { adjustHue(s, p["factor"].toReal()); }},
        {"grayscale", [](Sample& s, const Value&) { toGrayscale(s); }},
        {"invert", [](Sample& s, const Value&) { invert(s); }},
        {"posterize", [](Sample& s, const Value& p) { posterize(s, int(p["bits"].toInt())); }},
        {"solarize", [](Sample& s, const Value& p) { solarize(s, p["threshold"].toReal()); }},
        {"autocontrast",
         [](Sample& s, const Value&) {
             for (float& value : s.values)
                 value = 0.2f + 0.5f * value;
             autocontrast(s);
         }},
        {"equalize", [](Sample& s, const Value&) { equalize(s); }},
        {"blur",
         [](Sample& s, const Value& p) { gaussianBlur(s, p["size"].toInt(), p["size"].toInt(), p["sigma"].toReal()); }},
        {"erase", [](Sample& s, const Value& p) { eraseImage(s, frameOf(p["frame"]), {float(p["value"].toReal())}); }},
    };
    return all;
}

std::vector<double> pixelsOf(const Sample& image)
{
    return {image.values.begin(), image.values.end()};
}

TEST_CASE("images: geometry and colours are torchvision's")
{
    std::map<std::string, int> seen;
    const base::Array goldens = golden("transforms.json");
    for (const Value& each : goldens[0]["images"].array()) {
        INFO(each["op"].text() << " " << base::writeJson(each["params"]) << " of " << base::writeJson(each["picture"]));
        const auto operation = operations().find(each["op"].text());
        REQUIRE(operation != operations().end());
        Sample image = picture(each["picture"]);
        operation->second(image, each["params"]);
        ++seen[each["op"].text()];
        CHECK(distance(pixelsOf(image), flat(each["out"])) < 1.0 / 255);
    }
    CHECK(seen.size() == operations().size());
}

TEST_CASE("images: the operations of policies are torchvision's, in strength and in effect")
{
    const std::vector<std::string> names{"Identity",  "ShearX",     "ShearY",       "TranslateX", "TranslateY",
                                         "Rotate",    "Brightness", "Color",        "Contrast",   "Sharpness",
                                         "Posterize", "Solarize",   "AutoContrast", "Equalize"};
    const base::Array goldens = golden("transforms.json");
    for (const Value& each : goldens[0]["policy"].array()) {
        INFO(each["space"].text() << " " << each["op"].text() << " " << each["sign"].toInt());
        const auto space = each["space"].text() == "rand"      ? data::PolicySpace::randAugment()
                           : each["space"].text() == "trivial" ? data::PolicySpace::trivialAugmentWide()
                                                               : data::PolicySpace::augMix(true);
        const auto name = std::find(names.begin(), names.end(), each["op"].text());
        REQUIRE(name != names.end());
        const auto op = data::PolicyOp(name - names.begin());
        CHECK(std::find(space.ops.begin(), space.ops.end(), op) != space.ops.end());
        const double magnitude = magnitudeOf(space, op, each["bin"].toInt(), each["bins"].toInt(), 7, 8);
        CHECK(magnitude == Approx(each["magnitude"].toReal()).margin(1e-6));
        const std::vector<double> out = flat(each["out"]);
        if (out.empty())
            continue;
        Sample image = picture(base::Array{3, 8, 7, 1.1});
        applyStep(image, {op, double(each["sign"].toInt()) * magnitude}, data::Interpolation::Nearest, {});
        CHECK(distance(pixelsOf(image), out) < 1.0 / 255);
    }
}

TEST_CASE("images: boxes and masks go where their pixels go")
{
    // One bright rectangle, its box and its mask: after any geometry the three say the same place.
    for (const char* kind : {"RandomHorizontalFlip", "RandomVerticalFlip", "RandomRotation", "RandomAffine",
                             "RandomCrop", "RandomResizedCrop", "RandomZoomOut", "RandomPerspective"}) {
        const auto transform = data::allTransforms().make({kind});
        REQUIRE(transform);
        int boxes = 0;
        for (std::uint64_t item = 0; item < 60; ++item) {
            INFO(kind << " item " << item);
            Sample image{.modality = data::Modality::Image, .shape = {1, 48, 40}};
            image.values.assign(48 * 40, 0.f);
            image.mask.assign(48 * 40, 0);
            for (std::int64_t y = 12; y < 34; ++y)
                for (std::int64_t x = 9; x < 27; ++x)
                    image.values[std::size_t(y * 40 + x)] = image.mask[std::size_t(y * 40 + x)] = 1;
            image.boxes = {{9, 12, 27, 34, 7}};
            (*transform)->apply(image, base::Draw(4, "boxes").within(item));
            float left = 1e9f, top = 1e9f, right = -1, bottom = -1;
            std::int64_t disagree = 0, bright = 0;
            for (std::int64_t y = 0; y < image.height(); ++y)
                for (std::int64_t x = 0; x < image.width(); ++x) {
                    const std::size_t at = std::size_t(y * image.width() + x);
                    disagree += (image.values[at] > 0.5f) != (image.mask[at] == 1);
                    if (image.values[at] <= 0.5f)
                        continue;
                    ++bright;
                    left = std::min(left, float(x));
                    top = std::min(top, float(y));
                    right = std::max(right, float(x + 1));
                    bottom = std::max(bottom, float(y + 1));
                }
            // Along the edges of what was scaled, pixels are a little of both.
            CHECK(disagree <= bright / 3 + 10);
            if (image.boxes.empty()) {
                CHECK(bright < 40);
                continue;
            }
            ++boxes;
            const data::Box& box = image.boxes[0];
            CHECK(box.label == 7);
            if (bright < 40)
                continue;
            // A turned rectangle's box is that of its corners, which hold more than its pixels.
            CHECK(box.left <= left + 1.5f);
            CHECK(box.top <= top + 1.5f);
            CHECK(box.right >= right - 1.5f);
            CHECK(box.bottom >= bottom - 1.5f);
            CHECK(box.right - box.left <= right - left + 3);
            CHECK(box.bottom - box.top <= bottom - top + 3);
        }
        CHECK(boxes > 20);
    }
}

TEST_CASE("images: what is outside counts for nothing in masks, and boxes outside are dropped")
{
    Sample image{.modality = data::Modality::Image, .shape = {1, 4, 4}};
    image.values.assign(16, 1);
    image.mask.assign(16, 3);
    image.boxes = {{0, 0, 2, 2, 1}, {3, 3, 4, 4, 2}};
    cropImage(image, {-1, -1, 3, 3}, {"constant", 0.5f});
    CHECK(image.shape == std::vector<std::int64_t>{1, 3, 3});
    CHECK(image.values == std::vector<float>{0.5f, 0.5f, 0.5f, 0.5f, 1, 1, 0.5f, 1, 1});
    CHECK(image.mask == std::vector<std::uint8_t>{255, 255, 255, 255, 3, 3, 255, 3, 3});
    REQUIRE(image.boxes.size() == 1);
    CHECK((image.boxes[0] == data::Box{1, 1, 3, 3, 1}));
}

TEST_CASE("images: MixUp and CutMix share targets as pixels are shared")
{
    const data::Batch before = imageBatch(6, 3);
    for (std::uint64_t step = 0; step < 10; ++step) {
        const base::Draw draw(2, "mix", step);
        data::Batch mixed{before.input.clone(), before.target.clone()};
        const auto mixUp = data::allTransforms().make({"MixUp"});
        (*mixUp)->mix(mixed, 3, draw);
        for (std::int64_t row = 0; row < 6; ++row) {
            const std::int64_t other = (row + 5) % 6, own = row % 3;
            const double share = mixed.target[row][own].item<double>();
            CHECK(mixed.target[row][other % 3].item<double>() == Approx(1 - share).margin(1e-6));
            const auto is = numbersIn(mixed.input[row]), a = numbersIn(before.input[row]),
                       b = numbersIn(before.input[other]);
            for (std::size_t i = 0; i < is.size(); ++i)
                REQUIRE(is[i] == Approx(share * a[i] + (1 - share) * b[i]).margin(1e-6));
        }
        data::Batch pasted{before.input.clone(), before.target.clone()};
        const auto cutMix = data::allTransforms().make({"CutMix"});
        (*cutMix)->mix(pasted, 3, draw);
        for (std::int64_t row = 0; row < 6; ++row) {
            const auto is = numbersIn(pasted.input[row]), a = numbersIn(before.input[row]),
                       b = numbersIn(before.input[(row + 5) % 6]);
            double own = 0;
            for (std::size_t i = 0; i < is.size(); ++i) {
                REQUIRE((is[i] == a[i] || is[i] == b[i]));
                own += is[i] == a[i];
            }
            CHECK(pasted.target[row][row % 3].item<double>() == Approx(own / double(is.size())).margin(1e-5));
        }
    }
}

TEST_CASE("images: MixUp mixes numbers where the target is one")
{
    data::Batch batch{tensorOf({0, 0, 1, 1, 4, 4}, {3, 2}, at::kFloat), tensorOf({0, 10, 40}, {3}, at::kFloat)};
    const auto mixUp = data::allTransforms().make({"MixUp"});
    (*mixUp)->mix(batch, 0, base::Draw(8, "mix"));
    REQUIRE(batch.target.dim() == 1);
    for (std::int64_t row = 0; row < 3; ++row)
        CHECK(batch.target[row].item<double>() == Approx(10 * batch.input[row][0].item<double>()).margin(1e-5));
    CHECK(batch.target[0].item<double>() > 0);
}

}
