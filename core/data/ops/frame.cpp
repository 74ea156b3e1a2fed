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
    std::vector<std::vector<float>> weight;

    Weights(std::int64_t in, std::int64_t out)
    {
        const double scale = double(in) / double(out), support = std::max(1.0, scale);
        for (std::int64_t i = 0; i < out; ++i) {
            const double center = scale * (double(i) + 0.5);
            const std::int64_t low = std::max<std::int64_t>(std::int64_t(center - support + 0.5), 0);
            const std::int64_t high = std::min<std::int64_t>(std::int64_t(center + support + 0.5), in);
            std::vector<float> weights;
            double total = 0;
            for (std::int64_t j = low; j < high; ++j)
                total += std::max(0.0, 1 - std::abs((double(j) - center + 0.5) / support));
            for (std::int64_t j = low; j < high; ++j)
                weights.push_back(float(std::max(0.0, 1 - std::abs((double(j) - center + 0.5) / support)) / total));
            first.push_back(low);
            weight.push_back(std::move(weights));
        }
    }
};

void resizePlane(const float* in, std::int64_t height, std::int64_t width, const Weights& rows, const Weights& columns,
                 std::vector<float>& narrow, float* out)
{
    const std::int64_t outWidth = std::int64_t(columns.first.size());
    narrow.resize(std::size_t(height * outWidth));
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < outWidth; ++x) {
            const std::vector<float>& weights = columns.weight[std::size_t(x)];
            const float* from = in + y * width + columns.first[std::size_t(x)];
            float sum = 0;
            for (std::size_t k = 0; k < weights.size(); ++k)
                sum += weights[k] * from[k];
            narrow[std::size_t(y * outWidth + x)] = sum;
        }
    for (std::size_t y = 0; y < rows.first.size(); ++y, out += outWidth) {
        std::fill_n(out, outWidth, 0.f);
        for (std::size_t k = 0; k < rows.weight[y].size(); ++k) {
            const float weight = rows.weight[y][k];
            const float* from = narrow.data() + (rows.first[y] + std::int64_t(k)) * outWidth;
            for (std::int64_t x = 0; x < outWidth; ++x)
                out[x] += weight * from[x];
        }
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
