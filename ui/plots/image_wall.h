// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>
#include <QImage>
#include <QString>

#include <vector>

namespace ui::plots {

/// A picture of the wall; `wrong` gets a mark and a word, so that it is seen without colour.
struct WallImage {
    QImage image;
    QString caption;     ///< `Shirt`
    QString detail = {}; ///< `said T-shirt 0.83`, muted
    bool wrong = false;
};

/// Small pictures in a grid with captions; only those in view are painted. Arrow keys walk, Enter activates.
class ImageWall final : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit ImageWall(QWidget* parent = nullptr);

    void setImages(std::vector<WallImage> images);
    /// Side of a picture in pixels before the theme's scale; the grid takes as many columns as fit.
    void setTile(int side);
    void setEmptyText(const QString& text);
    int current() const { return m_current; }
    void setCurrent(int index);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void currentChanged(int index);
    void activated(int index); ///< by Enter or a double click
    void clicked(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    struct Grid {
        int columns = 1, side = 0;
        QSize cell;
    };
    Grid grid() const;
    QRect cellRect(const Grid& grid, int index) const;
    int indexAt(QPoint position) const;
    void paintTile(QPainter& painter, const Grid& grid, int index) const;
    void updateBars();

    std::vector<WallImage> m_images;
    int m_side = 56, m_current = -1;
    bool m_captions = false, m_details = false;
    QString m_emptyText;
};

}
