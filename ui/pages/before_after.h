// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"

#include <QImage>
#include <QWidget>

namespace ui::pages {

/// A sample's picture; null if it has none.
QImage imageOf(const core::session::SampleRow& sample);
QImage imageOf(const core::session::SampleRow& shape, const std::vector<std::uint8_t>& pixels);

/// Some pictures as they are, and under each what the pipeline made of it.
class BeforeAfter final : public QWidget {
    Q_OBJECT

public:
    explicit BeforeAfter(QWidget* parent = nullptr);
    void setPairs(std::vector<std::pair<QImage, QImage>> pairs);
    QSize sizeHint() const override { return {320, 104}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<std::pair<QImage, QImage>> m_pairs;
};

}
