// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/frame.h"

#include "core/data/ops/warp.h"

#include <algorithm>
#include <cmath>

namespace core::data {

namespace {

// Where a place outside 0 … size − 1 is looked up; −1: nowhere.
std::int64_t insideOf(std::int64_t place, std::int64_t size, const std::string& mode)
{
    if (place >= 0 && place < size)
        return place;
    if (mode == "constant")
        return -1;
    if (mode == "edge" || size == 1)
        return std::clamp<std::int64_t>(place, 0, size - 1);
    const std::int64_t period = mode == "reflect" ? 2 * (size - 1) : 2 * size;
    place = ((place % period) + period) % period;
    if (place < size)
        return place;
    return mode == "reflect" ? period - place : period - 1 - place;
}

std::vector<std::int64_t> placesOf(std::int64_t first, std::int64_t count, std::int64_t size, const std::string& mode)
{
    std::vector<std::int64_t> places(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
        places[std::size_t(i)] = insideOf(first + i, size, mode);
    return places;
}

// A row of the result: `columns` from `line`, or nothing of it where `line` is null.
template <class T>
void takeLine(const T* line, const std::vector<std::int64_t>& columns, const Frame& frame, std::int64_t width, T fill,
              T* out)
{
    if (!line) {
        std::fill_n(out, columns.size(), fill);
        return;
    }
    const std::int64_t from = std::clamp<std::int64_t>(-frame.left, 0, frame.width);
    const std::int64_t to = std::clamp<std::int64_t>(width - frame.left, from, frame.width);
    for (std::int64_t x = 0; x < from; ++x)
        out[x] = columns[std::size_t(x)] < 0 ? fill : line[columns[std::size_t(x)]];
    std::copy(line + frame.left + from, line + frame.left + to, out + from);
    for (std::int64_t x = to; x < frame.width; ++x)
        out[x] = columns[std::size_t(x)] < 0 ? fill : line[columns[std::size_t(x)]];
}

// What each pixel of a shorter or longer line is made of.
struct Weights {
    std::vector<std::int64_t> first;
    std::vector<std::int64_t> count;
    std::int64_t most = 0;
    std::vector<float> weight; ///< [pixels, most]

    Weights(std::int64_t in, std::int64_t out)
    {
        const double scale = double(in) / double(out), support = std::max(1.0, scale);
        most = 2 * std::int64_t(std::ceil(support)) + 1;
        weight.assign(std::size_t(out * most), 0.f);
        for (std::int64_t i = 0; i < out; ++i) {
            const double center = scale * (double(i) + 0.5);
            const std::int64_t low = std::max<std::int64_t>(std::int64_t(center - support + 0.5), 0);
            const std::int64_t high = std::min<std::int64_t>(std::int64_t(center + support + 0.5), in);
            const auto share = [&](std::int64_t j) {
                return std::max(0.0, 1 - std::abs((double(j) - center + 0.5) / support));
            };
            double total = 0;
            for (std::int64_t j = low; j < high; ++j)
                total += share(j);
            for (std::int64_t j = low; j < high; ++j)
                weight[std::size_t(i * most + j - low)] = float(share(j) / total);
            first.push_back(low);
            count.push_back(high - low);
        }
    }

    /// Of a line that grows, each pixel is made of two that stand side by side; `in` of them there are, two at least.
    bool inPairs(std::int64_t in) const { return most == 3 && in > 1 && std::ranges::max(count) <= 2; }
    struct Pair {
        std::int32_t at;
        float left, right;
    };
    std::vector<Pair> pairs(std::int64_t in) const
    {
        std::vector<Pair> all;
        for (std::size_t i = 0; i < first.size(); ++i) {
            const float* const own = &weight[i * std::size_t(most)];
            const bool last = first[i] == in - 1;
            all.push_back({std::int32_t(first[i] - last), last ? 0 : own[0], last ? own[0] : own[1]});
        }
        return all;
    }
};

void narrowLine(const float* in, const Weights& columns, float* out)
{
    for (std::size_t x = 0; x < columns.first.size(); ++x) {
        const float* weights = &columns.weight[x * std::size_t(columns.most)];
        const float* from = in + columns.first[x];
        float sum = 0;
        for (std::int64_t k = 0; k < columns.count[x]; ++k)
            sum += weights[k] * from[k];
        out[x] = sum;
    }
}

void widenLine(const float* in, const std::vector<Weights::Pair>& columns, float* out)
{
    for (std::size_t x = 0; x < columns.size(); ++x)
        out[x] = columns[x].left * in[columns[x].at] + columns[x].right * in[columns[x].at + 1];
}

void resizePlane(const float* in, std::int64_t height, std::int64_t width, const Weights& rows, const Weights& columns,
                 std::vector<float>& narrow, float* out)
{
    const std::int64_t outWidth = std::int64_t(columns.first.size());
    narrow.resize(std::size_t(height * outWidth));
    const auto pairs = columns.inPairs(width) ? columns.pairs(width) : std::vector<Weights::Pair>();
    for (std::int64_t y = 0; y < height; ++y)
        if (pairs.empty())
            narrowLine(in + y * width, columns, narrow.data() + y * outWidth);
        else
            widenLine(in + y * width, pairs, narrow.data() + y * outWidth);
    for (std::size_t y = 0; y < rows.first.size(); ++y, out += outWidth) {
        const float* const weights = &rows.weight[y * std::size_t(rows.most)];
        const float* const first = narrow.data() + rows.first[y] * outWidth;
        if (rows.count[y] == 2) {
            const float* const second = first + outWidth;
            const float upper = weights[0], lower = weights[1];
            for (std::int64_t x = 0; x < outWidth; ++x)
                out[x] = upper * first[x] + lower * second[x];
            continue;
        }
        std::fill_n(out, outWidth, 0.f);
        for (std::int64_t k = 0; k < rows.count[y]; ++k)
            for (std::int64_t x = 0; x < outWidth; ++x)
                out[x] += weights[k] * first[k * outWidth + x];
    }
}

}

void cropImage(Sample& image, const Frame& frame, const Padding& padding)
{
    const std::int64_t width = image.width(), height = image.height();
    const auto columns = placesOf(frame.left, frame.width, width, padding.mode);
    const auto rows = placesOf(frame.top, frame.height, height, padding.mode);
    std::vector<float> values(static_cast<std::size_t>(image.channels() * frame.height * frame.width));
    float* out = values.data();
    for (std::int64_t channel = 0; channel < image.channels(); ++channel)
        for (const std::int64_t row : rows) {
            takeLine(row < 0 ? nullptr : image.plane(channel) + row * width, columns, frame, width, padding.fill, out);
            out += frame.width;
        }
    if (!image.mask.empty()) {
        std::vector<std::uint8_t> mask(static_cast<std::size_t>(frame.height * frame.width));
        for (std::size_t y = 0; y < rows.size(); ++y)
            takeLine(rows[y] < 0 ? nullptr : image.mask.data() + rows[y] * width, columns, frame, width,
                     std::uint8_t(255), mask.data() + std::int64_t(y) * frame.width);
        image.mask = std::move(mask);
    }
    image.values = std::move(values);
    image.shape = {image.channels(), frame.height, frame.width};
    for (Box& box : image.boxes) {
        box.left -= float(frame.left);
        box.right -= float(frame.left);
        box.top -= float(frame.top);
        box.bottom -= float(frame.top);
    }
    clipBoxes(image);
}

void resizeImage(Sample& image, std::int64_t height, std::int64_t width)
{
    const std::int64_t oldHeight = image.height(), oldWidth = image.width();
    if (height == oldHeight && width == oldWidth)
        return;
    const Weights rows(oldHeight, height), columns(oldWidth, width);
    std::vector<float> values(static_cast<std::size_t>(image.channels() * height * width)), narrow;
    for (std::int64_t channel = 0; channel < image.channels(); ++channel)
        resizePlane(image.plane(channel), oldHeight, oldWidth, rows, columns, narrow,
                    values.data() + channel * height * width);
    if (!image.mask.empty()) {
        std::vector<std::uint8_t> mask(static_cast<std::size_t>(height * width));
        for (std::int64_t y = 0; y < height; ++y)
            for (std::int64_t x = 0; x < width; ++x)
                mask[std::size_t(y * width + x)] =
                    image.mask[std::size_t(y * oldHeight / height * oldWidth + x * oldWidth / width)];
        image.mask = std::move(mask);
    }
    for (Box& box : image.boxes) {
        const float across = float(width) / float(oldWidth), down = float(height) / float(oldHeight);
        box.left *= across;
        box.right *= across;
        box.top *= down;
        box.bottom *= down;
    }
    image.values = std::move(values);
    image.shape = {image.channels(), height, width};
    clipBoxes(image);
}

void fractionsOf(const std::uint8_t* bytes, std::vector<float>& fractions)
{
    float* const out = fractions.data();
    for (std::size_t i = 0; i < fractions.size(); ++i)
        out[i] = float(bytes[i]) / 255.f;
}

void flipVertically(Sample& image)
{
    const std::int64_t width = image.width(), height = image.height();
    const auto flip = [&](auto* plane) {
        for (std::int64_t y = 0; y < height / 2; ++y)
            std::swap_ranges(plane + y * width, plane + (y + 1) * width, plane + (height - 1 - y) * width);
    };
    for (std::int64_t channel = 0; channel < image.channels(); ++channel)
        flip(image.plane(channel));
    if (!image.mask.empty())
        flip(image.mask.data());
    for (Box& box : image.boxes) {
        const float top = float(height) - box.bottom;
        box.bottom = float(height) - box.top;
        box.top = top;
    }
}

void eraseImage(Sample& image, const Frame& frame, const std::vector<float>& value, const std::vector<float>& noise)
{
    const float* next = noise.data();
    for (std::int64_t channel = 0; channel < image.channels(); ++channel)
        for (std::int64_t y = frame.top; y < frame.top + frame.height; ++y) {
            float* line = image.plane(channel) + y * image.width() + frame.left;
            if (value.empty()) {
                std::copy(next, next + frame.width, line);
                next += frame.width;
            } else {
                std::fill_n(line, frame.width, value[std::size_t(channel) % value.size()]);
            }
        }
}

}
