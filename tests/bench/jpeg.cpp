// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "tests/bench/compared.h"
#include "tests/support/temp_folder.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <cstdio>
#include <jpeglib.h>

namespace bench {

using core::base::Object;
using core::base::Result;

namespace {

constexpr int jpegRounds = 5, size = 224, pictures = 600, quality = 90;

// Waves of a few lengths and a little noise: as many bytes as a photograph has.
std::vector<std::uint8_t> pictureOf(const core::base::Draw& draw)
{
    std::vector<std::uint8_t> pixels;
    pixels.reserve(size * size * 3);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x)
            for (std::uint64_t c = 0; c < 3; ++c) {
                double value = 128;
                for (std::uint64_t wave = 0; wave < 4; ++wave) {
                    const double length = 6 + 20 * double(wave * wave);
                    value += 24 * std::sin((x * draw.uniform(wave) + y * draw.uniform(wave + 4)) * 6.28 / length +
                                           6.28 * draw.uniform(16 * wave + c));
                }
                value += 6 * draw.normal(std::uint64_t(y * size + x) * 3 + c + 1000);
                pixels.push_back(std::uint8_t(std::clamp(value, 0.0, 255.0)));
            }
    return pixels;
}

bool writeJpeg(const std::filesystem::path& file, std::vector<std::uint8_t> pixels)
{
    std::FILE* out = std::fopen(file.c_str(), "wb");
    if (!out)
        return false;
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, out);
    jpeg.image_width = jpeg.image_height = size;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = pixels.data() + jpeg.next_scanline * size * 3;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return std::fclose(out) == 0;
}

bool writeFolder(const std::filesystem::path& folder)
{
    for (int i = 0; i < pictures; ++i) {
        const std::filesystem::path to = folder / (i % 2 ? "odd" : "even");
        std::filesystem::create_directories(to);
        if (!writeJpeg(to / (std::to_string(i) + ".jpg"), pictureOf(core::base::Draw(std::uint64_t(i), "bench/jpeg"))))
            return false;
    }
    return true;
}

struct Speeds {
    double first = 0, later = 0;
};

// From nothing to the end of the first epoch, reading all files, and an epoch after that.
Result<Speeds> imagesPerSecond(const core::spec::Experiment& experiment)
{
    Speeds speeds;
    double start = core::base::steadySeconds();
    CORE_TRY(data, core::data::DataModule::open(experiment));
    CORE_TRY(loader, core::data::DataLoader::make(data, core::data::SplitName::Train,
                                                  {.batchSize = 64, .seed = 1, .augment = experiment.augment}));
    for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
        std::int64_t images = 0;
        for (std::int64_t batch = 0; batch < loader->batchesPerEpoch(); ++batch)
            images += loader->get(epoch, batch).input.size(0);
        const double end = core::base::steadySeconds();
        (epoch == 0 ? speeds.first : speeds.later) = double(images) / (end - start);
        start = end;
    }
    return speeds;
}

}

Result<Object> jpeg()
{
    const OneCore core;
    at::set_num_threads(1);
    const tests::TempFolder folder;
    if (!writeFolder(folder.path()))
        return core::base::Error{core::base::ErrorKind::Resource, "cannot write pictures", folder.path(), {}};
    tellPeer(folder.path());
    CORE_TRY(tree, core::base::parseJson(R"({"data": {"source": ")" + folder.path().string() +
                                         R"("}, "split": {"train": 1, "validation": 0, "test": 0},
        "augment": ["RandomResizedCrop", "RandomHorizontalFlip"]})"));
    const core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    const core::spec::Experiment experiment = core::spec::read(checked.value);
    Compared first, later;
    for (int round = 0; round < jpegRounds; ++round) {
        CORE_TRY(speeds, imagesPerSecond(experiment));
        const Result<double> other = peer("jpeg", pictures);
        first.add(speeds.first, other);
        later.add(speeds.later, other);
    }
    Object figures;
    first.write(figures, "first_epoch_images_per_s", "torchvision");
    later.write(figures, "later_images_per_s", "torchvision");
    return figures;
}

}
